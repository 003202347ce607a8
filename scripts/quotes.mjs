// Fills the code blocks of Markdown files below `<!-- quote: path#region -->` from the files that they quote. The pages of the
// site do not need this: they are filled when the site is built.
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { regionOf } from "../docs/plugins/quotes.mjs"

process.chdir(new URL("..", import.meta.url).pathname)

const pages = execFileSync("git", ["ls-files", "*.md"], { encoding: "utf8" }).split("\n").filter((page) => page !== "")
for (const page of pages) {
  const text = readFileSync(page, "utf8")
  const filled = text.replaceAll(
    /(<!-- quote: (\S+) -->\n+```\w+\n)[\s\S]*?```/g,
    (_, head, source) => `${head}${regionOf(source)}\n\`\`\``
  )
  if (filled !== text) writeFileSync(page, filled)
}
