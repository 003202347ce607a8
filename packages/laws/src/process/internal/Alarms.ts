/**
 * A sample process with timeouts: adding coins to a jar sets its alarm to that number of hours later; taking coins stops
 * it. When the alarm goes off, the bell with the same id gets a coin.
 */
import * as StreamName from "@refold/core/event/StreamName"
import * as Process from "@refold/core/process/Process"
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
export const bells: typeof Sample.aggregate = { ...Sample.aggregate, category: "bell" }

const reactWith = (to: typeof Sample.aggregate): Process.Definition<Sample.Event, State>["react"] =>
(
  { rings },
  input,
  { instance }
) => {
  switch (input._tag) {
    case "CoinsAdded":
      return [Process.schedule("alarm", { hours: input.coins })]
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
