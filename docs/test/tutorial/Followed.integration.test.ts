// The pages of Start and of the tutorial, followed word by word in an empty folder, print what they show.
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { expect, it } from "vitest"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import { regionOf, root } from "../Quotes.ts"
import * as Followed from "../support/Followed.ts"
import { withFolder } from "../support/Program.ts"

const tutorial = Fs.globSync("tutorial/*.mdx", { cwd: Path.join(root, "docs/src/content/docs") }).toSorted()
const beforeTheServer = tutorial.filter((page) => !page.includes("/8-"))

const check = (followed: ReadonlyArray<Followed.Followed>): void => {
  expect(followed).not.toEqual([])
  for (const { command, page, printed, shown } of followed) {
    if (shown !== undefined) expect({ page, command, printed }).toEqual({ page, command, printed: shown })
  }
}

it("every tab of Effect has one of Promises", () => {
  for (const page of ["start/index.mdx", ...tutorial]) {
    const tabs = Followed.tabsOf(page)
    expect({ page, tabs }).toEqual({ page, tabs: tabs.map((_, n) => Followed.doors[n % 2]) })
    expect(tabs.length % 2).toBe(0)
  }
  expect(tutorial.filter((page) => Followed.tabsOf(page).length > 0).length).toBe(7)
})

it.each(Followed.doors)("the page Start, followed with %s in an empty folder, prints what it shows", (door) => {
  withFolder((folder) => {
    Followed.prepare(folder)
    const followed = Followed.follow("start/index.mdx", door, folder)
    check(followed)
    expect(followed).toHaveLength(3)
    const last = { Effect: "docs/examples/start/second.ts", Promises: "docs/examples/start/promises/second.ts" }[door]
    expect(Fs.readFileSync(Path.join(folder, "card.ts"), "utf8")).toBe(regionOf(last))
  })
})

it.each(Followed.doors)(
  "the tutorial, followed with %s in an empty folder, prints what it shows, though programs are killed in step 8",
  async (door) => {
    await Effect.gen(function*() {
      const DATABASE_URL = yield* freshDatabase()
      withFolder((folder) => {
        Followed.prepare(folder)
        const inOneProgram = beforeTheServer.flatMap((page) => {
          const followed = Followed.follow(page, door, folder)
          // Step 3 says to delete its folder.
          if (page.includes("/3-")) Fs.rmSync(Path.join(folder, "library"), { recursive: true })
          return followed
        })
        check(inOneProgram)
        const killed = Followed.follow("tutorial/8-two-programs.mdx", door, folder, { DATABASE_URL })
        // The page says that the role of its address is a superuser, and warned about.
        check(
          killed.map((one) => ({ ...one, printed: one.printed.replace(/^\[[\d:.]+\] WARN .* superuser .*\n/gm, "") }))
        )
        expect(inOneProgram.length + killed.length).toBe(15)
        for (const name of Fs.globSync("*.ts", { cwd: folder })) expect(shownAs(folder, name, door)).toBe(true)
      })
    }).pipe(Effect.scoped, Effect.runPromise)
  }
)

// Each file that the pages led to is a file of the last step that has it, in the tab or shared by both.
const shownAs = (folder: string, name: string, door: Followed.Door): boolean => {
  const last = (path: string) =>
    Fs.globSync(`docs/examples/tutorial/step*/${path}`, { cwd: root })
      .filter((path) => !regionOf(path).startsWith("export * from")).toSorted().at(-1)
  const source = (door === "Promises" ? last(`promises/${name}`) : undefined) ?? last(name)
  return Fs.readFileSync(Path.join(folder, name), "utf8") === regionOf(source!)
}
