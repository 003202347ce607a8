// The pages of Start and of the tutorial, followed word by word in an empty folder, print what they show.
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { expect, it } from "vitest"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import { regionOf, root } from "../Quotes.ts"
import * as Followed from "../support/Followed.ts"
import { withFolder } from "../support/Program.ts"

const tutorial = Fs.globSync("tutorial/*.{md,mdx}", { cwd: Path.join(root, "docs/src/content/docs") }).toSorted()
const beforeTheServer = tutorial.filter((page) => !page.includes("/8-"))

const check = (followed: ReadonlyArray<Followed.Followed>): void => {
  expect(followed).not.toEqual([])
  for (const { command, page, printed, shown } of followed) {
    if (shown !== undefined) expect({ page, command, printed }).toEqual({ page, command, printed: shown })
  }
}

it("the page Start, followed in an empty folder, prints what it shows", () => {
  withFolder((folder) => {
    Followed.prepare(folder)
    const followed = Followed.follow(["start/index.md"], folder)
    check(followed)
    expect(followed).toHaveLength(4)
    expect(Fs.readFileSync(Path.join(folder, "card.ts"), "utf8")).toBe(regionOf("docs/examples/start/second.ts"))
  })
})

it("the tutorial, followed in an empty folder, prints what it shows, though programs are killed in step 8", async () => {
  await Effect.gen(function*() {
    const DATABASE_URL = yield* freshDatabase()
    withFolder((folder) => {
      Followed.prepare(folder)
      const inOneProgram = beforeTheServer.flatMap((page) => {
        const followed = Followed.follow([page], folder)
        // Step 3 says to delete its folder.
        if (page.includes("/3-")) Fs.rmSync(Path.join(folder, "library"), { recursive: true })
        return followed
      })
      check(inOneProgram)
      const killed = Followed.follow(["tutorial/8-two-programs.md"], folder, { DATABASE_URL })
      // The page says that the role of its address is a superuser, and warned about.
      check(
        killed.map((one) => ({ ...one, printed: one.printed.replace(/^\[[\d:.]+\] WARN .* superuser .*\n/gm, "") }))
      )
      expect(inOneProgram.length + killed.length).toBe(15)
      for (const name of Fs.globSync("*.ts", { cwd: folder })) expect(shownAs(folder, name)).toBe(true)
    })
  }).pipe(Effect.scoped, Effect.runPromise)
})

// Each file that the pages led to is a file of the last step that has it.
const shownAs = (folder: string, name: string): boolean => {
  const sources = Fs.globSync(`docs/examples/tutorial/step*/${name}`, { cwd: root })
  const own = sources.filter((path) => !regionOf(path).startsWith("export * from"))
  return Fs.readFileSync(Path.join(folder, name), "utf8") === regionOf(own.toSorted().at(-1)!)
}
