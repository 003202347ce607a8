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
