// The playground in a browser: it loads on the first click, works by keyboard and without network, and survives any program.
import type { ChildProcess } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { gzipSync } from "node:zlib"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, expect, inject, it } from "vitest"
import { output } from "../support/Program.ts"
import * as Site from "./Site.ts"

const executable = Site.browserPath()

// What the component says is loaded by the first click, in bytes.
const largest = 450_000

const folder = inject("site")
let server: ChildProcess
let address: string
let browser: Browser
let page: Page
let requests: Array<string>

beforeAll(async () => {
  ;({ address, process: server } = await Site.serve(folder))
  if (executable !== undefined) browser = await Site.launch(executable)
})

afterAll(async () => {
  await browser?.close()
  server?.kill()
})

/** A test on a new page of the browser. */
const onPage =
  (path: string, test: () => Promise<void>) =>
  async ({ skip }: { readonly skip: (condition: boolean, note: string) => void }): Promise<void> => {
    skip(executable === undefined, Site.noBrowser)
    const context = await browser.newContext()
    // For hangs only: a machine may have other work to do.
    context.setDefaultTimeout(10 * 60_000)
    page = await context.newPage()
    requests = []
    page.on("request", (request) => requests.push(request.url()))
    try {
      await page.goto(`${address}${path}`)
      await test()
    } finally {
      await context.close()
    }
  }

const button = (name: string) => page.getByRole("button", { name, exact: true })
const status = () => page.getByRole("status")
const alert = () => page.getByRole("alert")
const printed = () => page.getByRole("log").locator("div").allTextContents()
const cells = (table: string) =>
  page.getByRole("region", { name: table }).locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) => [...row.children].map(({ textContent }) => textContent))
  )

const ended = () => status().filter({ hasText: /^(Done|Ended)/ }).waitFor()

const open = async () => {
  await button("Run in this page").click()
  await ended()
}

const write = async (text: string) => {
  await page.getByRole("textbox").fill(text)
}

const runAgain = async () => {
  await button("Run").click()
  await ended()
}

it("what the first click loads is below the size that the page says", () => {
  const scripts = Fs.globSync("_astro/{Engines,Memory,Playground.,Workspace}*.js", { cwd: folder })
  const sizes = scripts.map((name) => gzipSync(Fs.readFileSync(Path.join(folder, name)), { level: 9 }).length)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  expect(total).toBeGreaterThan(largest / 2)
  expect(total).toBeLessThanOrEqual(largest)
})

it(
  "nothing of the runtime is requested before the first click",
  onPage("/", async () => {
    const ofRuntime = () => requests.filter((url) => /\/(?:Engines|Memory|Workspace)[.-]/.test(url))
    await page.waitForLoadState("networkidle")
    expect(ofRuntime()).toEqual([])
    await open()
    expect(ofRuntime().length).toBeGreaterThan(2)
    expect(requests.filter((url) => !url.startsWith(address) && !url.startsWith("blob:"))).toEqual([])
  })
)

it(
  "the tutorial's code runs, and shows its output, events, states and rows",
  onPage("/", async () => {
    await open()
    expect((await printed()).map((line) => `${line}\n`).join("")).toBe(output("tutorial-step4"))
    expect(await status().textContent()).toBe("Done: 8 events.")
    expect((await cells("Events"))[3]).toEqual(["4", "book-dune", "2", "BookLent", `{"to":"ada"}`])
    expect((await cells("States")).map(([stream, version]) => [stream, version])).toEqual([
      ["book-dune", "3"],
      ["book-emma", "4"],
      ["book-ulysses", "1"]
    ])
    expect(await cells("Rows")).toEqual([
      ["readers", "ada", `{"loans":2,"onLoan":["book-emma"]}`],
      ["readers", "bob", `{"loans":1,"onLoan":[]}`]
    ])
  })
)

it(
  "the keys of the slider go through the log, and through the versions of one stream",
  onPage("/", async () => {
    await open()
    const slider = page.getByRole("slider")
    await slider.focus()
    await page.keyboard.press("Home")
    expect(await slider.getAttribute("aria-valuetext")).toBe("before the first of 8 events")
    expect(await cells("States")).toEqual([])
    for (let n = 0; n < 4; n++) await page.keyboard.press("ArrowRight")
    expect(await slider.getAttribute("aria-valuetext")).toBe("after event 4 of 8: BookLent in book-dune")
    expect((await cells("States"))[0]).toEqual([
      "book-dune",
      "2",
      `{"_tag":"OnLoan","title":"Dune","loans":1,"to":"ada"}`
    ])
    expect(await cells("Rows")).toEqual([["readers", "ada", `{"loans":1,"onLoan":["book-dune"]}`]])
    await page.getByLabel("Stream").selectOption("book-emma")
    await slider.focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowRight")
    expect(await cells("States")).toEqual([["book-emma", "1", `{"_tag":"OnShelf","title":"Emma","loans":0}`]])
  })
)

it(
  "everything works by keyboard: open, edit, run, leave the editor",
  onPage("/", async () => {
    await button("Run in this page").focus()
    await page.keyboard.press("Enter")
    await ended()
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Run")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Code of main.ts")
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.insertText("console.log(\"by keyboard\")")
    await page.keyboard.press("Control+Enter")
    await page.getByText("by keyboard", { exact: true }).waitFor()
    await ended()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Tab")
    expect(await page.evaluate("document.activeElement.closest('.cm-editor')")).toBeNull()
  })
)

it(
  "a reset gives back the first code",
  onPage("/", async () => {
    await open()
    await write("console.log(1)")
    await runAgain()
    expect(await printed()).toEqual(["1"])
    await button("Reset").click()
    await runAgain()
    expect((await printed()).map((line) => `${line}\n`).join("")).toBe(output("tutorial-step4"))
  })
)

it(
  "another example can be chosen, and another file be edited",
  onPage("/", async () => {
    await open()
    await page.getByLabel("Example").selectOption("1. Events")
    await page.getByLabel("File").selectOption("BookEvents.ts")
    await write("export const one = 1")
    await page.getByLabel("File").selectOption("main.ts")
    await write("import { one } from \"./BookEvents.ts\"\nconsole.log(one + 1)")
    await runAgain()
    expect(await printed()).toEqual(["2"])
  })
)

it(
  "a run ends without results where another example is chosen or the files are reset",
  onPage("/", async () => {
    await open()
    for (
      const [leave, said] of [
        [() => page.getByLabel("Example").selectOption("1. Events"), ""],
        [() => button("Reset").click(), "The files are as they were at first."]
      ] as const
    ) {
      await write("for (;;) {}")
      await button("Run").click()
      await status().filter({ hasText: "Running" }).waitFor()
      await leave()
      expect(await button("Run").isVisible()).toBe(true)
      // Longer than a worker has to answer a stop.
      await page.waitForTimeout(1000)
      expect([await page.locator(`[data-part="status"]`).textContent(), await button("Stop").isVisible()]).toEqual([
        said,
        false
      ])
      expect(await page.locator(`[data-part="results"]`).isHidden()).toBe(true)
      await runAgain()
      expect(await page.locator(`[data-part="problem"]`).isHidden()).toBe(true)
    }
  })
)

it(
  "an error is shown with its place, and the place leads to the line",
  onPage("/", async () => {
    await open()
    await write("const one = 1\nconst two = = 2\n")
    await runAgain()
    await button("main.ts, line 2").click()
    expect(await alert().textContent()).toContain("Unexpected token")
    expect(await page.locator(".cm-activeLine").textContent()).toBe("const two = = 2")
    await write("console.log(1)\n\nthrow new Error(\"no\")\n")
    await runAgain()
    expect(await alert().textContent()).toMatch(/Error: no\s*main\.ts, line 3/)
  })
)

it(
  "an unknown import is named",
  onPage("/", async () => {
    await open()
    await write("import { z } from \"zod\"\nconsole.log(z)")
    await runAgain()
    expect(await alert().textContent()).toContain("There is no module \"zod\" here. There are effect, refold,")
  })
)

it(
  "endless code is stopped by the limit and by the button, and the next run works",
  onPage("/short/", async () => {
    await open()
    await write("for (;;) {}")
    await runAgain()
    expect(await alert().textContent()).toContain("It ran for more than 2 seconds, and was stopped.")
    await write("await new Promise(() => {})")
    await button("Run").click()
    await status().filter({ hasText: "Running" }).waitFor()
    await button("Stop").click()
    await ended()
    expect(await alert().textContent()).toContain("It was stopped.")
    await write("console.log(\"again\")")
    await runAgain()
    expect(await printed()).toEqual(["again"])
  })
)

it(
  "endless and long output is cut off, and the page answers",
  onPage("/short/", async () => {
    await open()
    await write("for (;;) console.log(\"x\".repeat(1_000_000))")
    await runAgain()
    const lines = await printed()
    expect(lines.join("").length).toBeLessThan(102_000)
    expect(lines.at(-1)).toContain("More output is not shown")
  })
)

it(
  "big code is refused, and the page answers",
  onPage("/", async () => {
    await open()
    await write(`const text = "${"x".repeat(1_000_000)}"`)
    await runAgain()
    expect(await alert().textContent()).toContain("characters; at most 200,000 are compiled.")
  })
)

it(
  "a program has neither network nor storage",
  onPage("/", async () => {
    await open()
    const there = JSON.stringify(`${address}/index.html`)
    await write(
      `const attempts = [() => fetch(${there}), () => import(${there}), () => new Function("a", "return import(a)")(${there}), ` +
        `() => importScripts(${there}), () => indexedDB.open("a"), () => new Worker(${there})]\n` +
        "for (const attempt of attempts) try { await attempt(); console.log(\"done\") } catch { console.log(\"refused\") }\n"
    )
    // A request that the policy refuses is one without a response.
    const answered: Array<string> = []
    page.on("response", (response) => answered.push(response.url()))
    await runAgain()
    expect(await printed()).toEqual(Array.from({ length: 6 }, () => "refused"))
    expect(answered.filter((url) => url.startsWith(address))).toEqual([])
  })
)

it(
  "the playground works without network once it is loaded",
  onPage("/", async () => {
    await open()
    await page.context().setOffline(true)
    server.kill()
    await write("import { Effect } from \"effect\"\nconsole.log(Effect.runSync(Effect.succeed(\"offline\")))")
    await runAgain()
    expect(await printed()).toEqual(["offline"])
    ;({ address, process: server } = await Site.serve(folder))
  })
)

it(
  "the output and the states are regions that a screen reader announces",
  onPage("/", async () => {
    await open()
    const tree = await page.locator("refold-playground").ariaSnapshot()
    for (
      const part of [
        "log \"Output\"",
        "status",
        "slider \"Events\"",
        "textbox \"Code of main.ts\"",
        "region \"States\"",
        "region \"Rows\""
      ]
    ) {
      expect(tree).toContain(part)
    }
  })
)
