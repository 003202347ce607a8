/**
 * A sample process with timeouts: adding coins to a jar sets its alarm to that number of hours later, less two; taking coins
 * stops it. When the alarm goes off, the bell with the same id gets a coin.
 */
import * as StreamName from "@refold/core/event/StreamName"
import * as Process from "@refold/core/process/Process"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Sample from "../../kit/internal/Sample.ts"

/** The state: how often the alarm went off. */
export interface State {
  readonly rings: number
}

/** The process. */
export type Alarms = Process.Process<Sample.Event, State>

/** Options of the process. */
export interface Options extends Partial<Process.Definition<Sample.Event, State>> {
  /** The aggregates; those of one run if the store is shared. */
  readonly jars?: typeof Sample.aggregate | undefined
  readonly bells?: typeof Sample.aggregate | undefined
}

/** The aggregate of bells, which is like that of jars. */
const bells: typeof Sample.aggregate = { ...Sample.aggregate, category: "bell" }

/** The hours after which the alarm is due; negative for few coins: then it is due at once. */
export const hoursOf = (coins: number): number => coins - 2

const reactWith = (to: typeof Sample.aggregate): Process.Definition<Sample.Event, State>["react"] =>
(
  { rings },
  input,
  { at, instance }
) => {
  switch (input._tag) {
    case "CoinsAdded": {
      const after = Duration.hours(hoursOf(input.coins))
      // Both forms of a due time.
      const isEven = input.coins % 2 === 0
      return [
        isEven ? Process.schedule("alarm", after) : Process.scheduleAt("alarm", DateTime.addDuration(at, after))
      ]
    }
    case "CoinsTaken":
      return [Process.cancel("alarm")]
    case "JarSealed":
      return [Process.complete]
    case "TimedOut":
      return [Process.send(to, instance, { _tag: "Add", coins: 1, notes: [`ring ${rings}`] }, { label: "ring" })]
    default:
      return []
  }
}

/** Makes the process under this name. Further options replace parts of its definition. */
export const make = (name: string, { bells: to = bells, jars = Sample.aggregate, ...changes }: Options = {}): Alarms =>
  Process.makeUnsafe<Sample.Event, State>({
    name,
    events: Sample.codec,
    categories: [jars.category],
    targets: [to],
    correlate: (_, { stream }) => Option.some(StreamName.id(stream)),
    initialState: { rings: 0 },
    evolve: (state, input) => input._tag === "TimedOut" ? { rings: state.rings + 1 } : state,
    react: reactWith(to),
    phase: ({ rings }) => rings === 0 ? "Quiet" : "Rung",
    ...changes
  })
