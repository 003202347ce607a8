// Succeeds when the file is one JSON document in which every "ok" is true, and there is at least one.
import { readFileSync } from "node:fs"

const oks = []
JSON.parse(readFileSync(process.argv[2], "utf8"), (key, value) => {
  if (key === "ok") oks.push(value)
  return value
})
const bad = oks.filter((ok) => ok !== true).length
console.error(`${oks.length} checks in the JSON output, ${bad} not ok`)
process.exit(oks.length > 0 && bad === 0 ? 0 : 1)
