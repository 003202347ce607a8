/** Figures, ratios and verdicts as text, the same for the terminal and for the documentation. */
import type { Compared, Correctness, Findings, Row } from "./Findings.ts"
import type { Spread } from "./Statistics.ts"

/** A number with three significant digits, or whole from 100 on. */
const figure = (value: number): string =>
  value >= 100
    ? Math.round(value).toLocaleString("en-US")
    : value.toLocaleString("en-US", { maximumSignificantDigits: 3 })

/** A ratio. */
const times = (ratio: number): string => `×${ratio.toFixed(ratio >= 10 ? 1 : 2)}`

const range = ({ max, min }: Spread, show: (value: number) => string): string => `${show(min)} – ${show(max)}`
const optional = (value: number | undefined): string => (value === undefined ? "" : figure(value))

/** The note below a group: which direction is better, and its rounds if they are fewer than those of the run. */
export const note = ({ better, rounds }: Compared): string =>
  `${better === "more" ? "more" : "less"} is better${
    rounds === undefined ? "" : `; in ${rounds} round${rounds === 1 ? "" : "s"}`
  }`

/** The titles of a group's columns. */
export const head = ({ compare, unit }: Compared): ReadonlyArray<string> => [
  "",
  unit,
  "from – to",
  ...(compare === "none" ? [] : [compare === "refold" ? "Refold is" : "against first", "from – to"]),
  "p50 ms",
  "p99 ms",
  "client µs",
  "server µs"
]

/** The cells of a row, one for each title. */
export const cells = (group: Compared, row: Row): ReadonlyArray<string> => {
  if (row.figure === undefined)
    return [row.label, row.failed === undefined ? `– ${row.missing}` : `FAILED: ${row.failed}`]
  return [
    row.label,
    figure(row.figure.median),
    range(row.figure, figure),
    ...(group.compare === "none"
      ? []
      : row.ratio === undefined
      ? ["", ""]
      : [times(row.ratio.median), range(row.ratio, times)]),
    optional(row.p50),
    optional(row.p99),
    optional(row.clientCpu),
    optional(row.serverCpu)
  ]
}

// Smaller differences are within the noise of the rounds.
const alike = 0.95

/** A sentence for each group and store in which Refold is slower, or takes more memory. */
export const verdicts = ({ groups }: Pick<Findings, "groups">): ReadonlyArray<string> =>
  groups.filter(({ compare }) => compare === "refold").flatMap(({ name, rows, unit }) => {
    const better = rows.filter(({ peer, ratio }) => !peer.startsWith("refold") && (ratio?.median ?? 1) < alike)
    return better.map(({ label, ratio }) =>
      `${name}: ${label} ${unit === "MB" ? "takes" : "is"} ${times(1 / ratio!.median)} as ${
        unit === "MB" ? "little" : "fast"
      }`
    )
  })

/** The columns of the incorrect results. */
export const correctnessHead = ["", "events acknowledged", "lost", "conflicts not raised", "never seen by a reader"]

/** The cells of one store. */
export const correctnessCells = (
  { events, hasReader, label, lost, skipped, unraised }: Correctness
): ReadonlyArray<string> => [label, figure(events), figure(lost), figure(unraised), hasReader ? figure(skipped) : "–"]

/** The machine and the settings of the measurement. */
export const setting = ({ machine, postgres, scale, seconds, versions }: Findings): ReadonlyArray<string> => [
  `${machine.date}, ${machine.cpus}, ${machine.memory}; Node ${machine.node}; ${
    scale.isQuick ? "a quick run" : "a full run"
  } of ${seconds} s`,
  `load ${machine.loadBefore} before and ${machine.loadAfter} after, of which this run is a part`,
  `PostgreSQL ${postgres.version}, ${postgres.source}: ${
    Object.entries(postgres.settings).map(([name, value]) => `${name} ${value}`).join(", ")
  }`,
  `${scale.rounds} rounds by turns after one to warm up; figures are medians of rounds, ratios are of the same round; events of 160 bytes, a pool of 10`,
  ...Object.values(versions)
]
