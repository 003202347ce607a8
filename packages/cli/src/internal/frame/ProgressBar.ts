/** A progress bar on stderr. Shows nothing if stderr is not a terminal. */
import * as Effect from "effect/Effect"
import { isatty } from "node:tty"

/** The progress, in positions. */
export interface Progress {
  readonly done: number
  readonly total: number
  /** Events in a second. */
  readonly rate: number
  readonly secondsLeft: number | null
  readonly isLive: boolean
}

/** Draws the bar in place of the one before it. */
export const draw = (progress: Progress): Effect.Effect<void> =>
  Effect.sync(() => {
    if (isatty(2)) process.stderr.write(`\r\u001b[2K${render(progress)}${progress.isLive ? "\n" : ""}`)
  })

const cells = 30

/** The bar as a text. */
export const render = ({ done, isLive, rate, secondsLeft, total }: Progress): string => {
  const part = isLive || total === 0 ? 1 : Math.min(1, done / total)
  const full = Math.floor(part * cells)
  const left = secondsLeft === null ? "" : `, ${secondsLeft} s left`
  return `${"#".repeat(full)}${"-".repeat(cells - full)} ${
    Math.floor(part * 100)
  } %  ${done}/${total}, ${rate} events/s${left}`
}

/** Shows a count in place of the one before it. */
export const count = (what: string, items: number): Effect.Effect<void> =>
  Effect.sync(() => {
    if (isatty(2)) process.stderr.write(`\r\u001b[2K${items} ${what}`)
  })

/** Removes the bar or the count. */
export const clear: Effect.Effect<void> = Effect.sync(() => {
  if (isatty(2)) process.stderr.write("\r\u001b[2K")
})
