// The list of what is public: a change of it shows in docs/api-report.txt, and so in a review.
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { expect, it } from "vitest"
import { root } from "./Quotes.ts"

it("docs/api-report.txt lists the public modules and their exports as they are built (npm run api writes it)", () => {
  const report = execFileSync(process.execPath, [Path.join(root, "scripts/api-report.mjs")], { encoding: "utf8" })
  expect(report).toContain("@refold/core")
  expect(report).toContain("interface Decider")
  expect(Fs.readFileSync(Path.join(root, "docs/api-report.txt"), "utf8")).toBe(report)
})

it("docs/api-report.txt has every published package that has modules", () => {
  const report = Fs.readFileSync(Path.join(root, "docs/api-report.txt"), "utf8")
  const published = Fs.globSync("packages/*/package.json", { cwd: root })
    .map((path) => JSON.parse(Fs.readFileSync(Path.join(root, path), "utf8")))
    .filter((manifest) => manifest.private !== true && Object.keys(manifest.exports).length > 0)
  expect(published.length).toBeGreaterThan(8)
  for (const { name } of published) expect(report).toMatch(new RegExp(`^${name}: [1-9]\\d* public modules$`, "m"))
})
