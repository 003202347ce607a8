/** The page of benchmarks: the part between its marks is generated from the findings of a run. */
import type { Findings } from "../speed/Findings.ts"
import { markdown } from "./Tables.ts"

const begin = "{/* Written by `npm run bench:page`. */}"
const end = "{/* End of what is written. */}"

/** The page with the tables of a run. Throws if it has no marks. */
export const fill = (page: string, findings: Findings): string => {
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`the page has no "${begin}" and "${end}"`)
  return `${before}${begin}\n\n${markdown(findings)}\n\n${end}${after}`
}

/** The findings as the repository keeps them: rounded to significant digits. */
export const stored = (findings: Findings): string =>
  `${
    JSON.stringify(findings, (_, value: unknown) => typeof value === "number" ? Number(value.toPrecision(5)) : value, 2)
  }\n`
