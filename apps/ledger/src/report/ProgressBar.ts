/** The progress of an import: a bar on a terminal, a few plain lines anywhere else. */
import { Presets, SingleBar } from "cli-progress"
import * as Effect from "effect/Effect"
import type * as Tty from "node:tty"

/** Shows how many events of how many are stored; shows nothing where there is nothing to do. */
export const make = (
  stream: NodeJS.WritableStream & Partial<Pick<Tty.WriteStream, "isTTY">>
): (done: number, total: number) => Effect.Effect<void> => {
  const show = stream.isTTY === true ? bar(stream) : lines(stream)
  let begun = false
  return (done, total) =>
    Effect.sync(() => {
      if (done < total) begun = true
      if (begun) show(done, total)
      if (done >= total) begun = false
    })
}

const bar = (stream: NodeJS.WritableStream) => {
  const format = "   importing {bar} {percentage}% | {value}/{total} events | {duration_formatted}"
  const bar = new SingleBar({ format, stream, hideCursor: true, clearOnComplete: true }, Presets.shades_classic)
  return (done: number, total: number): void => {
    if (!bar.isActive) bar.start(total, done)
    bar.update(done)
    if (done >= total) bar.stop()
  }
}

// A line for each quarter that has been passed.
const lines = (stream: NodeJS.WritableStream) => {
  let told = -1
  return (done: number, total: number): void => {
    const quarter = Math.floor((done / total) * 4)
    if (quarter !== told) stream.write(`importing: ${done} of ${total} events\n`)
    told = done >= total ? -1 : quarter
  }
}
