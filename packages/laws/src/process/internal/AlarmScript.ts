/** Scripts for jars with alarms and runners with clocks that are ahead, and the number of times that each alarm must go off. */
import * as fc from "fast-check"
import type * as Sample from "../../kit/internal/Sample.ts"
import * as Alarms from "./Alarms.ts"
import * as CrashPoint from "./CrashPoint.ts"
import * as TransferRun from "./TransferRun.ts"
import { numberOfJars } from "./TransferScript.ts"

/** The process of alarms and its runner. The tests of the laws replace parts by faulty ones. */
export interface AlarmImplementation extends Pick<TransferRun.Implementation, "handlerOf" | "catchUp"> {
  readonly alarms: typeof Alarms.make
}

/** The implementation without faults. */
export const standard: AlarmImplementation = { ...TransferRun.standard, alarms: Alarms.make }

/** One step. Adding coins to a jar sets its alarm to that number of hours after the start, less two; taking coins stops it. */
export type Step =
  | { readonly _tag: "Handle"; readonly jar: number; readonly command: Sample.Command }
  | Run

/** Starts concurrent runners, this number of hours after the previous ones. The first runner may crash. */
export interface Run {
  readonly _tag: "Run"
  readonly hours: number
  readonly runners: number
  readonly crash: CrashPoint.CrashPoint | undefined
}

interface Expected {
  /** When the alarm is due, in hours after the start. */
  readonly due: number
  readonly rings: number
}

/** The number of times that the alarm of a jar must go off. */
export const expectedRings = (steps: ReadonlyArray<Step>, jar: number): number => {
  let hours = 0
  return steps.reduce(({ due, rings }, step): Expected => {
    if (step._tag === "Handle") return { due: step.jar === jar ? dueAfter(step.command) : due, rings }
    hours += step.hours
    return due <= hours ? { due: Infinity, rings: rings + 1 } : { due, rings }
  }, { due: Infinity, rings: 0 }).rings
}

// All events are recorded at the start: only the clocks of runners are ahead.
const dueAfter = (command: Sample.Command): number => command._tag === "Add" ? Alarms.hoursOf(command.coins) : Infinity

const jar = fc.nat(numberOfJars - 1)

const command: fc.Arbitrary<Sample.Command> = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 7 }).map((coins) => ({ _tag: "Add" as const, coins, notes: [] })) },
  // Taking no coins is never refused.
  { weight: 1, arbitrary: fc.constant({ _tag: "Take" as const, coins: 0 }) }
)

const run: fc.Arbitrary<Run> = fc.record({
  _tag: fc.constant("Run" as const),
  hours: fc.nat(3),
  runners: fc.integer({ min: 1, max: 2 }),
  crash: fc.option(CrashPoint.arbitrary, { nil: undefined })
})

// After the last run all alarms that were not stopped have gone off. Some scripts omit it: it would hide alarms that are early.
const end: fc.Arbitrary<ReadonlyArray<Run>> = fc.constantFrom(
  [],
  [{ _tag: "Run" as const, hours: 9, runners: 1, crash: undefined }]
)

/** Scripts of up to eight steps, some of which run until no alarm is left. */
export const steps: fc.Arbitrary<ReadonlyArray<Step>> = fc.tuple(
  fc.array(fc.oneof(fc.record({ _tag: fc.constant("Handle" as const), jar, command }), run), { maxLength: 8 }),
  end
).map((parts) => parts.flat())
