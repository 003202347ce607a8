/** The story as text for a terminal. Colours are the caller's: `paint` leaves the text as it is where they are unwanted. */
import type { Check } from "../story/Check.ts"
import * as Narration from "./Narration.ts"

/** Colours a text. */
export type Paint = (colour: "bold" | "green" | "red" | "dim", text: string) => string

/** What stands above the first chapter. */
export const opening = (paint: Paint, store: string): string =>
  [paint("bold", "Meridian Ledger"), `A bank whose books are events, on ${store}.`, ""].join("\n")

/** A chapter, the `number`-th. */
export const chapter = (paint: Paint, number: number, told: Narration.Chapter): string => {
  const { lines, title } = Narration.of(told)
  const text = lines.map((line) => (line === "" ? "" : `   ${line}`))
  const checks = told.checks.map((one) => mark(paint, one))
  return [paint("bold", `${number}. ${title}`), ...text, "", ...checks, ""].join("\n")
}

/** The checks once more, and whether they all came true. */
export const closing = (
  paint: Paint,
  { chapters, eventsStored, seconds }: {
    readonly chapters: ReadonlyArray<Narration.Chapter>
    readonly eventsStored: number
    readonly seconds: number
  }
): string => {
  const checks = chapters.flatMap(({ checks }) => checks)
  const failed = checks.filter(({ ok }) => !ok).length
  return [
    paint("bold", "Checks"),
    ...checks.map((one) => mark(paint, one)),
    "",
    paint(
      "dim",
      `${eventsStored.toLocaleString("en-US")} events are in the store; the story took ${seconds.toFixed(1)} s.`
    ),
    failed === 0
      ? paint("green", `all ${checks.length} checks passed`)
      : paint("red", `${failed} of ${checks.length} checks failed`)
  ].join("\n")
}

const mark = (paint: Paint, { name, ok }: Check): string => `   ${ok ? paint("green", "✓") : paint("red", "✗")} ${name}`
