/** Jars with alarms, and runners whose clocks are ahead: what happens, and how often an alarm must have gone off. */
import * as fc from "fast-check"
import type * as Sample from "../../kit/internal/Sample.ts"
import * as Alarms from "./Alarms.ts"
import * as Coins from "./Coins.ts"
import { numberOfJars } from "./CoinSteps.ts"
import * as Kill from "./Kill.ts"

/** What runs alarms; in the laws' own tests, with something wrong about it. */
export interface Kit extends Pick<Coins.Kit, "handlerOf" | "catchUp"> {
  readonly alarms: typeof Alarms.make
}

/** The sound one. */
export const sound: Kit = { ...Coins.sound, alarms: Alarms.make }

/** What happens. Coins put into a jar set its alarm, that many hours after the start; coins taken out stop it. */
export type Step =
  | { readonly _tag: "Handle"; readonly jar: number; readonly command: Sample.Command }
  | Run

/** Runners start, all at once, and the first may be killed; so many hours have passed since the last ones. */
export interface Run {
  readonly _tag: "Run"
  readonly hours: number
  readonly runners: number
  readonly death: Kill.Death | undefined
}

interface Expected {
  /** When the alarm goes off, in hours after the start. */
  readonly due: number
  readonly rings: number
}

/** How often the alarm of a jar must have gone off. */
export const ringsOf = (steps: ReadonlyArray<Step>, jar: number): number => {
  let hours = 0
  return steps.reduce(({ due, rings }, step): Expected => {
    if (step._tag === "Handle") return { due: step.jar === jar ? dueAfter(step.command) : due, rings }
    hours += step.hours
    return due <= hours ? { due: Infinity, rings: rings + 1 } : { due, rings }
  }, { due: Infinity, rings: 0 }).rings
}

// Events are recorded at the start, whenever they come: only the runners' clocks are ahead.
const dueAfter = (command: Sample.Command): number => command._tag === "Add" ? command.coins : Infinity

const jar = fc.nat(numberOfJars - 1)

const command: fc.Arbitrary<Sample.Command> = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 5 }).map((coins) => ({ _tag: "Add" as const, coins, notes: [] })) },
  // Of no coins, for that is never refused.
  { weight: 1, arbitrary: fc.constant({ _tag: "Take" as const, coins: 0 }) }
)

const run: fc.Arbitrary<Run> = fc.record({
  _tag: fc.constant("Run" as const),
  hours: fc.nat(3),
  runners: fc.integer({ min: 1, max: 2 }),
  death: fc.option(Kill.death, { nil: undefined })
})

// By then every alarm that was not stopped has gone off, and those that went off too early are no longer told apart.
const end: fc.Arbitrary<ReadonlyArray<Run>> = fc.constantFrom(
  [],
  [{ _tag: "Run" as const, hours: 9, runners: 1, death: undefined }]
)

/** What happens to jars with alarms, at times until all is over. */
export const steps: fc.Arbitrary<ReadonlyArray<Step>> = fc.tuple(
  fc.array(fc.oneof(fc.record({ _tag: fc.constant("Handle" as const), jar, command }), run), { maxLength: 8 }),
  end
).map((parts) => parts.flat())
