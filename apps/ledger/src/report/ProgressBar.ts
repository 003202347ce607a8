/** The progress of long work: a bar on a terminal, a few plain lines anywhere else. */
import { Presets, SingleBar } from "cli-progress"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Tty from "node:tty"
import type { Progress } from "refold/Rebuild"

type Output = NodeJS.WritableStream & Partial<Pick<Tty.WriteStream, "isTTY">>

/** The progress of an import, in events. Nothing is shown if all are stored already. */
export const ofImport = (output: Output) => counting(make(output, "importing", "events"))

/** The progress of seeding from a legacy table, in rows. */
export const ofLegacy = (output: Output) => counting(make(output, "seeding", "rows"))

const counting = (show: Show) => (done: number, total: number) => Effect.sync(() => show(done, total, ""))

/** The progress of a rebuild, in positions, with its rate and the estimated time left. */
export const ofRebuild = (output: Output) => {
  const show = make(output, "rebuilding", "positions")
  return ({ done, left, rate, total }: Progress) =>
    Effect.sync(() => show(done, total, ` | ${Math.round(rate)} events/s${Option.match(left, ending)}`))
}

const ending = {
  onNone: () => "",
  onSome: (left: Duration.Duration) => `, ${Duration.toSeconds(left).toFixed(1)} s left`
}

type Show = (done: number, total: number, remark: string) => void

const make = (output: Output, work: string, unit: string): Show => {
  const show = output.isTTY === true ? bar(output, work, unit) : lines(output, work, unit)
  let begun = false
  return (done, total, remark) => {
    if (done < total) begun = true
    if (begun) show(done, total, remark)
    if (done >= total) begun = false
  }
}

const bar = (output: Output, work: string, unit: string): Show => {
  const format = `   ${work} {bar} {percentage}% | {value}/{total} ${unit} | {duration_formatted}{remark}`
  const options = { format, stream: output, hideCursor: true, clearOnComplete: true }
  const bar = new SingleBar(options, Presets.shades_classic)
  return (done, total, remark) => {
    if (!bar.isActive) bar.start(total, done, { remark })
    // More may have been appended since the start.
    bar.setTotal(total)
    bar.update(done, { remark })
    if (done >= total) bar.stop()
  }
}

// A line for each quarter that has been passed.
const lines = (output: Output, work: string, unit: string): Show => {
  let last = -1
  return (done, total, remark) => {
    const quarter = Math.floor((done / total) * 4)
    if (quarter !== last) output.write(`${work}: ${done} of ${total} ${unit}${remark}\n`)
    last = done >= total ? -1 : quarter
  }
}
