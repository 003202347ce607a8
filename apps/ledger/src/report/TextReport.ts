/** The story as text for a terminal: a line for each chapter, or its whole narration. `paint` adds colours, or none. */
import * as Narration from "../story/Narration.ts"
import * as Story from "../story/Story.ts"

/** Colours a text. */
export type Paint = (colour: "bold" | "green" | "red" | "dim", text: string) => string

/** The heading of the story. */
export const opening = (paint: Paint, store: string): string =>
  `${paint("bold", "Meridian Ledger")}: a bank on event sourcing, on ${store}.\n`

const nameWidth = Math.max(...Story.chapters.map(({ name }) => name.length))

/** The output: a line for each chapter, selected chapters in full, or the JSON document at the end. */
export type Mode = "summary" | "full" | "json"

/** A chapter on stdout, and on stderr its failed checks if they are not on stdout. */
export const chapter = (paint: Paint, mode: Mode, run: Story.ChapterRun) => {
  if (mode === "summary") return { stdout: summary(paint, run), stderr: [] }
  if (mode === "full" && run.isSelected) return { stdout: full(paint, run), stderr: [] }
  return { stdout: [], stderr: failures(run).map((name) => `ledger: the check failed: ${name} (${run.name})`) }
}

const failures = (run: Story.ChapterRun): ReadonlyArray<string> => Story.failedChecks([run]).map(({ name }) => name)

const mark = (paint: Paint, ok: boolean): string => ok ? paint("green", "✓") : paint("red", "✗")

const summary = (paint: Paint, run: Story.ChapterRun): ReadonlyArray<string> => {
  const failed = failures(run)
  const passed = `${run.checks.length - failed.length}/${run.checks.length}`
  return [
    `${mark(paint, failed.length === 0)} ${run.name.padEnd(nameWidth)}  ${passed}  ${run.figure}`,
    ...failed.map((name) => `  ${mark(paint, false)} ${name}`)
  ]
}

const full = (paint: Paint, run: Story.ChapterRun): ReadonlyArray<string> => [
  `${paint("bold", run.title)} (${run.name})`,
  ...Narration.render(run.lines).map((line) => line === "" ? "" : `   ${line}`),
  "",
  ...run.checks.map(({ name, ok }) => `   ${mark(paint, ok)} ${name}`),
  ""
]

/** The totals. */
export const closing = (
  paint: Paint,
  { eventsStored, runs, seconds }: {
    readonly runs: ReadonlyArray<Story.ChapterRun>
    readonly eventsStored: number
    readonly seconds: number
  }
): string => {
  const total = runs.flatMap(({ checks }) => checks).length
  const failed = Story.failedChecks(runs).length
  const verdict = failed === 0
    ? paint("green", `All ${total} checks passed`)
    : paint("red", `${failed} of ${total} checks failed`)
  return `${verdict}; ${Narration.count(eventsStored)} events in the store, ${seconds.toFixed(1)} s.`
}

/** A reference to further reading. */
export const furtherReading = `
Read on:
  npm start -- --story           all chapters in full
  npm start -- --chapter NAME    one chapter in full, for example time-travel
  apps/ledger/README.md          the code behind the chapters`
