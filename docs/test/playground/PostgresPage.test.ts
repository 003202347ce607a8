// PostgreSQL in a browser: it loads on the first click, runs the programs and statements of the page, works by keyboard and
// without network, and survives any program and statement.
import type { ChildProcess } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { gzipSync } from "node:zlib"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, expect, it } from "vitest"
import { output } from "../support/Program.ts"
import * as Site from "./Site.ts"

const executable = Site.browserPath()

// What the page says is loaded by the first click, in bytes.
const largest = { plain: 18_300_000, gzip: 6_000_000 }

let folder: string
let server: ChildProcess
let address: string
let browser: Browser
let page: Page
let requests: Array<string>

beforeAll(async () => {
  folder = Site.build()
  ;({ address, process: server } = await Site.serve(folder))
  if (executable !== undefined) browser = await Site.launch(executable)
})

afterAll(async () => {
  await browser?.close()
  server?.kill()
  Fs.rmSync(folder, { recursive: true })
})

const inBrowser = (name: string, path: string, test: () => Promise<void>): void => {
  it(name, async ({ skip }) => {
    skip(executable === undefined, Site.noBrowser)
    const context = await browser.newContext()
    page = await context.newPage()
    page.setDefaultTimeout(120_000)
    requests = []
    page.on("request", (request) => requests.push(request.url()))
    try {
      await page.goto(`${address}${path}`, { waitUntil: "networkidle" })
      await test()
    } finally {
      await context.close()
    }
  }, 240_000)
}

const button = (name: string) => page.getByRole("button", { name, exact: true })
const status = () => page.locator(`[data-part="status"]`)
const sqlStatus = () => page.locator(`[data-part="sql-status"]`)
const printed = async () => (await page.getByRole("log").locator("div").allTextContents()).map((line) => `${line}\n`).join("")
const cells = (table: string) =>
  page.getByRole("region", { name: table }).locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) => [...row.children].map(({ textContent }) => textContent))
  )

const ended = () => status().filter({ hasText: /^(Done|Ended)/ }).waitFor()

const open = async () => {
  await button("Run in this page").click()
  await ended()
}

const write = (text: string) => page.getByRole("textbox", { name: "Code of" }).fill(text)

const runAgain = async () => {
  await button("Run").click()
  await ended()
}

/** Sends a statement and gives what is said of its answer. */
const query = async (text: string): Promise<string | null> => {
  await page.getByRole("textbox", { name: "SQL" }).fill(text)
  await button("Run the statement").click()
  await sqlStatus().filter({ hasNotText: /^(Starting…|Running…)?$/ }).waitFor()
  return sqlStatus().textContent()
}

const loadedFiles = () =>
  Fs.globSync("_astro/*", { cwd: folder }).filter((name) => /\.(wasm|data)$/.test(name) || /Postgres.*\.js$/.test(name))

it("what the first click loads is below the sizes that the page says", () => {
  const files = loadedFiles().map((name) => Fs.readFileSync(Path.join(folder, name)))
  const plain = files.reduce((sum, file) => sum + file.length, 0)
  const gzip = files.reduce((sum, file) => sum + gzipSync(file).length, 0)
  expect(plain).toBeGreaterThan(largest.plain * 0.8)
  expect(plain).toBeLessThanOrEqual(largest.plain)
  expect(gzip).toBeLessThanOrEqual(largest.gzip)
})

inBrowser("nothing of PostgreSQL is requested before the first click, and nothing of another host then", "/postgres/", async () => {
  const ofPostgres = (urls: ReadonlyArray<string>) => urls.filter((url) => /Postgres|\.wasm|\.data/.test(url))
  expect(ofPostgres(requests)).toEqual([])
  await open()
  const loaded = requests.filter((url) => !url.startsWith("blob:"))
  // A module of the page, the worker, and PGlite's files.
  expect(ofPostgres(loaded)).toHaveLength(5)
  expect(loaded.filter((url) => !url.startsWith(address))).toEqual([])
})

inBrowser("the coffee card runs on PostgreSQL, and shows its output, events and states", "/postgres/", async () => {
  await open()
  expect(await printed()).toBe(output("playground-postgresql"))
  expect(await cells("Events")).toEqual([
    ["1", "card-ada", "1", "Stamped", `{"drink":"espresso"}`],
    ["2", "card-ada", "2", "Stamped", `{"drink":"flat white"}`],
    ["3", "card-ada", "3", "Stamped", `{"drink":"mocha"}`],
    ["4", "card-ada", "4", "Redeemed", `{"drink":"cortado"}`]
  ])
  expect(await cells("States")).toEqual([["card-ada", "4", "0"]])
})

inBrowser("step 4 of the tutorial runs with the rows of its projection, in the page and in its table", "/postgres/", async () => {
  await open()
  await page.getByLabel("Example").selectOption("Step 4 of the tutorial")
  await runAgain()
  expect(await printed()).toBe(output("tutorial-step4"))
  expect(await cells("Rows")).toEqual([
    ["readers", "ada", `{"loans":2,"onLoan":["book-emma"]}`],
    ["readers", "bob", `{"loans":1,"onLoan":[]}`]
  ])
  expect(await query("SELECT key, state ->> 'loans' FROM refold_rows.rows_1 ORDER BY key")).toBe("2 rows.")
  expect(await cells("Answer")).toEqual([["ada", "2"], ["bob", "1"]])
})

inBrowser("statements read the database of the run, change it, and are refused by it", "/postgres/", async () => {
  await open()
  const choices = page.getByLabel("Statement", { exact: true })
  await choices.selectOption("Each state that the card ever had")
  await button("Run the statement").click()
  await sqlStatus().filter({ hasText: "4 rows." }).waitFor()
  expect(await cells("Answer")).toEqual([
    ["1", "Stamped", "espresso", "1"],
    ["2", "Stamped", "flat white", "2"],
    ["3", "Stamped", "mocha", "3"],
    ["4", "Redeemed", "cortado", "0"]
  ])
  const append = "SELECT version FROM refold.append_event('card-ada', 'Stamped', '{\"drink\": \"tea\"}', expected_version => 4)"
  expect(await query(append)).toBe("1 row.")
  expect(await query(append)).toMatch(/^RF001: /)
  expect(await query("SELECT cards.stamps('ada')")).toBe("1 row.")
  expect(await cells("Answer")).toEqual([["1"]])
  expect(await query("UPDATE refold.event_store SET type = 'Free'")).toMatch(/^23001: UPDATE of event_store is refused/)
})

inBrowser("each run begins with an empty database", "/postgres/", async () => {
  await open()
  await runAgain()
  expect((await cells("Events")).length).toBe(4)
  expect(await query("SELECT count(*) FROM refold.event_store")).toBe("1 row.")
  expect(await cells("Answer")).toEqual([["4"]])
})

inBrowser("everything works by keyboard: open, run, choose a statement, run it", "/postgres/", async () => {
  await button("Run in this page").focus()
  await page.keyboard.press("Enter")
  await ended()
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Run")
  const tabTo = async (part: string) => {
    for (let n = 0; n < 30; n++) {
      if (await page.evaluate("document.activeElement.dataset.part") === part) return
      await page.keyboard.press("Tab")
    }
    throw new Error(`Tab does not reach ${part}`)
  }
  await tabTo("statements")
  await page.keyboard.press("ArrowDown")
  await tabTo("statement")
  await page.keyboard.press("Control+Enter")
  await sqlStatus().filter({ hasText: "4 rows." }).waitFor()
  await tabTo("answer")
})

inBrowser("programs and statements run without network once PostgreSQL is loaded", "/postgres/", async () => {
  await open()
  await page.context().setOffline(true)
  server.kill()
  await runAgain()
  expect(await printed()).toBe(output("playground-postgresql"))
  expect(await query("SELECT 1")).toBe("1 row.")
  ;({ address, process: server } = await Site.serve(folder))
})

inBrowser("a file that cannot be loaded is reported, and another click tries again", "/postgres/", async () => {
  await page.route("**/*.data", (route) => route.abort())
  await button("Run in this page").click()
  await status().filter({ hasText: "It could not be loaded" }).waitFor()
  await page.unroute("**/*.data")
  await open()
  expect(await printed()).toBe(output("playground-postgresql"))
})

inBrowser("an endless program is stopped, and the next run works", "/postgres-short/", async () => {
  await open()
  await write("for (;;) {}")
  await runAgain()
  expect(await page.getByRole("alert").textContent()).toContain("It ran for more than 2 seconds, and was stopped.")
  await write("import { store } from \"./Store.ts\"\nimport { Effect, Layer } from \"effect\"\n" +
    "await Effect.runPromise(Effect.scoped(Layer.build(store)))\nconsole.log(\"again\")")
  await runAgain()
  expect(await printed()).toBe("again\n")
})

inBrowser("an endless statement is stopped, and the next one finds the database as the program left it", "/postgres/", async () => {
  await open()
  expect(await query("DROP TABLE refold.idempotency_keys CASCADE")).toBe("Done: 0 rows changed.")
  expect(await query("SELECT count(*) FROM generate_series(1, 1e15)")).toContain("It took more than 10 seconds")
  expect(await query("SELECT count(*) FROM refold.idempotency_keys")).toBe("1 row.")
})

inBrowser("a statement with a huge answer is cut off or ends, and the next one works", "/postgres/", async () => {
  await open()
  expect(await query("SELECT n FROM generate_series(1, 100000) AS n")).toBe("100,000 rows; the first 200 are shown.")
  await query("SELECT repeat('x', 900000000) FROM generate_series(1, 4)")
  expect(await query("SELECT 1")).toBe("1 row.")
})

inBrowser("what is not SQL is an error of PostgreSQL", "/postgres/", async () => {
  await open()
  expect(await query("SELEC 1")).toMatch(/^42601: syntax error at or near "SELEC"/)
  expect(await query("")).toBe("Done: 0 rows changed.")
})
