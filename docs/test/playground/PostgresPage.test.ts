// PostgreSQL in a browser: it loads on the first click, runs the programs and statements of the page, works by keyboard and
// without network, and survives any program and statement. One page for all tests, in this order: PostgreSQL takes seconds to
// start, and that later runs do not need what an earlier one left is a part of what is tested.
import type { ChildProcess } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { gzipSync } from "node:zlib"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest"
import { root } from "../Quotes.ts"
import { output } from "../support/Program.ts"
import * as Site from "./Site.ts"

const executable = Site.browserPath()

// What the page says is loaded by the first click, in bytes.
const largest = { plain: 19_000_000, gzip: 6_500_000 }

const folder = inject("site")
let server: ChildProcess
let address: string
let browser: Browser
let page: Page
const requests: Array<string> = []

beforeAll(async () => {
  ;({ address, process: server } = await Site.serve(folder))
  if (executable === undefined) return
  browser = await Site.launch(executable)
  page = await browser.newPage()
  // For hangs only: a machine may have other work to do.
  page.setDefaultTimeout(10 * 60_000)
  page.on("request", (request) => requests.push(request.url()))
  await page.goto(`${address}/postgres/`, { waitUntil: "networkidle" })
})

afterAll(async () => {
  await browser?.close()
  server?.kill()
})

const button = (name: string) => page.getByRole("button", { name, exact: true })
const status = () => page.locator(`[data-part="status"]`)
const sqlStatus = () => page.locator(`[data-part="sql-status"]`)
const printed = async () =>
  (await page.getByRole("log").locator("div").allTextContents()).map((line) => `${line}\n`).join("")
const cells = (table: string) =>
  page.getByRole("region", { name: table }).locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) => [...row.children].map(({ textContent }) => textContent))
  )

const ended = () => status().filter({ hasText: /^(Done|Ended)/ }).waitFor()

const run = async () => {
  await button("Run").click()
  await ended()
}

const write = (text: string) => page.getByRole("textbox", { name: "Code of" }).fill(text)

const answered = async (): Promise<string | null> => {
  await sqlStatus().filter({ hasNotText: /^(Starting…|Running…)?$/ }).waitFor()
  return sqlStatus().textContent()
}

/** Sends a statement and gives what is said of its answer. */
const query = async (text: string): Promise<string | null> => {
  await page.getByRole("textbox", { name: "SQL" }).fill(text)
  await button("Run the statement").click()
  return answered()
}

it("what the first click loads is below the sizes that the page says", () => {
  const names = Fs.globSync("_astro/{Engines,Playground.,Postgres,Workspace,pglite,initdb}*.{js,wasm,data}", {
    cwd: folder
  })
  const files = names.map((name) => Fs.readFileSync(Path.join(folder, name)))
  const sizes = { plain: 0, gzip: 0 }
  for (const file of files) {
    sizes.plain += file.length
    sizes.gzip += gzipSync(file).length
  }
  expect(sizes.plain).toBeGreaterThan(largest.plain * 0.9)
  expect(sizes.plain).toBeLessThanOrEqual(largest.plain)
  expect(sizes.gzip).toBeLessThanOrEqual(largest.gzip)
})

const isOfPostgres = (url: string): boolean => /Postgres|\.wasm|\.data/.test(url)

describe("PostgreSQL in a browser", () => {
  beforeEach(({ skip }) => skip(executable === undefined, Site.noBrowser))

  it("nothing of PostgreSQL is requested before the first click", async () => {
    await button("Run in this page").waitFor()
    expect(requests.filter(isOfPostgres)).toEqual([])
  })

  it("a file that cannot be loaded is reported", async () => {
    await page.route("**/*.data", (route) => route.abort())
    await button("Run in this page").click()
    await status().filter({ hasText: "It could" }).waitFor()
    expect(await status().textContent()).toContain("It could not be loaded: ")
    await page.unroute("**/*.data")
  })

  it("by keyboard, another click loads it from this host, and the coffee card runs", async () => {
    await button("Run in this page").focus()
    await page.keyboard.press("Enter")
    await ended()
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Run")
    expect(await printed()).toBe(output("playground-postgresql"))
    expect(await cells("Events")).toEqual([
      ["1", "card-ada", "1", "Stamped", `{"drink":"espresso"}`],
      ["2", "card-ada", "2", "Stamped", `{"drink":"flat white"}`],
      ["3", "card-ada", "3", "Stamped", `{"drink":"mocha"}`],
      ["4", "card-ada", "4", "Redeemed", `{"drink":"cortado"}`]
    ])
    expect(await cells("States")).toEqual([["card-ada", "4", "0"]])
    const loaded = requests.filter((url) => url.startsWith("http"))
    expect(new Set(loaded.filter(isOfPostgres)).size).toBeGreaterThanOrEqual(5)
    expect(loaded.filter((url) => !url.startsWith(address))).toEqual([])
  })

  it("by keyboard, a statement is chosen and run", async () => {
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
    expect(await answered()).toBe("4 rows.")
    expect(await cells("Answer")).toEqual([
      ["1", "Stamped", "espresso", "1"],
      ["2", "Stamped", "flat white", "2"],
      ["3", "Stamped", "mocha", "3"],
      ["4", "Redeemed", "cortado", "0"]
    ])
    await tabTo("answer")
  })

  it("statements change the database, are refused by it, and are cut off", async () => {
    const append =
      "SELECT version FROM refold.append_event('card-ada', 'Stamped', '{\"drink\": \"tea\"}', expected_version => 4)"
    expect(await query(append)).toBe("1 row.")
    expect(await query(append)).toMatch(/^RF001: /)
    expect(await query("SELECT cards.stamps('ada')")).toBe("1 row.")
    expect(await cells("Answer")).toEqual([["1"]])
    expect(await query("UPDATE refold.event_store SET type = 'Free'")).toMatch(
      /^23001: UPDATE of event_store is refused/
    )
    expect(await query("SELECT n FROM generate_series(1, 100000) AS n")).toBe("100,000 rows; the first 200 are shown.")
    expect(await query("SELEC 1")).toMatch(/^42601: syntax error at or near "SELEC"/)
    expect(await query("")).toBe("Done: 0 rows.")
  })

  it("an endless statement is stopped, and the next one finds the database as the program left it", async () => {
    expect(await query("SELECT count(*) FROM generate_series(1, 1e15)")).toContain("It took more than 10 seconds")
    expect(await query("SELECT count(*) FROM refold.event_store")).toBe("1 row.")
    expect(await cells("Answer")).toEqual([["4"]])
  })

  it("a statement that breaks the database says so, and the next one finds the database as the program left it", async () => {
    const endless = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN f(a + 1); END'"
    for (const statement of [endless, "SELECT set_config('client_encoding', 'LATIN1', false)"]) await query(statement)
    expect(await query("SELECT 'é'")).toContain("The statement broke PostgreSQL.")
    expect(await query("SELECT count(*) FROM refold.event_store")).toBe("1 row.")
    expect(await cells("Answer")).toEqual([["4"]])
    await query(endless)
    expect(await query("SELECT f(1)")).toContain("The statement broke PostgreSQL.")
    expect(await query("SELECT count(*) FROM refold.event_store")).toBe("1 row.")
  })

  it("a program that waits is stopped with its events and its database", async () => {
    const card = Fs.readFileSync(Path.join(root, "docs/examples/playground/CardInSql.ts"), "utf8")
    await write(`${card}\nconsole.log("waits")\nawait new Promise(() => {})\n`)
    await button("Run").click()
    await page.getByText("waits", { exact: true }).waitFor()
    await button("Stop").click()
    await ended()
    expect(await cells("Events")).toHaveLength(4)
    expect(await query("SELECT count(*) FROM refold.event_store")).toBe("1 row.")
    expect(await cells("Answer")).toEqual([["4"]])
  })

  it("without network, step 4 of the tutorial runs, with its rows in the page and in their table", async () => {
    await page.context().setOffline(true)
    server.kill()
    await page.getByLabel("Example").selectOption("Step 4 of the tutorial")
    await run()
    expect(await printed()).toBe(output("tutorial-step4"))
    expect(await cells("Rows")).toEqual([
      ["readers", "ada", `{"loans":2,"onLoan":["book-emma"]}`],
      ["readers", "bob", `{"loans":1,"onLoan":[]}`]
    ])
    expect(await query("SELECT key, state ->> 'loans' FROM refold_rows.rows_1 ORDER BY key")).toBe("2 rows.")
    expect(await cells("Answer")).toEqual([["ada", "2"], ["bob", "1"]])
  })

  it("an endless program is stopped, and the next run begins with an empty database", async () => {
    await write("for (;;) {}")
    await button("Run").click()
    await status().filter({ hasText: "Running" }).waitFor()
    await button("Stop").click()
    await ended()
    expect(await page.getByRole("alert").textContent()).toContain("It was stopped.")
    expect(await page.locator(`[data-part="sql"]`).isHidden()).toBe(true)
    await button("Reset").click()
    await run()
    expect(await printed()).toBe(output("tutorial-step4"))
    expect(await cells("Events")).toHaveLength(8)
  })
})
