import { chromium } from "playwright-core"
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] })
const page = await (await browser.newContext()).newPage()
const t0 = Date.now()
const log = (...a) => console.log(Date.now() - t0, ...a)
page.on("console", (m) => log("CONSOLE", m.type(), m.text().slice(0, 300)))
page.on("pageerror", (e) => log("PAGEERROR", e.message))
page.on("worker", (w) => { log("WORKER"); w.on("close", () => log("WORKER closed")) })
await page.goto("http://127.0.0.1:4777/postgres/")
await page.getByRole("button", { name: "Run in this page" }).click()
const status = page.locator('[data-part="status"]')
let last = ""
for (let i = 0; i < 2500; i++) {
  const s = await status.textContent()
  if (s !== last) { log(s); last = s }
  if (/^(Done|Ended|It could)/.test(s)) break
  await new Promise((r) => setTimeout(r, 200))
}
log(await page.locator('[data-part="output"]').textContent(), "| problem:", await page.locator('[data-part="message"]').textContent())
await page.screenshot({ path: "/tmp/pgl-1.png", fullPage: true })
const again = async () => {
  const t = Date.now()
  await page.getByRole("button", { name: "Run", exact: true }).click()
  await status.filter({ hasText: /^(Done|Ended)/ }).waitFor({ timeout: 500000 })
  log("again", Date.now() - t, await status.textContent())
}
await again()
const t = Date.now()
await page.getByRole("button", { name: "Run the statement" }).click()
await page.locator('[data-part="sql-status"]').filter({ hasNotText: /^(Running…)?$/ }).waitFor({ timeout: 60000 })
log("sql", Date.now() - t, await page.locator('[data-part="sql-status"]').textContent())
await page.screenshot({ path: "/tmp/pgl-2.png", fullPage: true })
await browser.close()
