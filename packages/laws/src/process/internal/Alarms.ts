/**
 * A small process: coins put into a jar set its alarm, that many hours ahead; coins taken out stop it. When it goes off,
 * a bell of the same name gets a coin.
 */
import * as StreamName from "@refold/core/event/StreamName"
import * as Process from "@refold/core/process/Process"
import * as Option from "effect/Option"
import * as Sample from "../../kit/internal/Sample.ts"

/** How often the alarm went off. */
export interface State {
  readonly rings: number
}

/** Alarms on jars. */
export type Alarms = Process.Process<Sample.Event, State>

/** How alarms are made. */
export interface Options extends Partial<Process.Definition<Sample.Event, State>> {
  /** The jars and bells that it is about: those of one run, where a store is shared. */
  readonly jars?: typeof Sample.aggregate | undefined
  readonly bells?: typeof Sample.aggregate | undefined
}

/** The bells, which are jars, too. */
export const bells: typeof Sample.aggregate = { ...Sample.aggregate, category: "bell" }

/** A process under this name. What else is given takes the place of what the sound one does. */
export const make = (name: string, { bells: to = bells, jars = Sample.aggregate, ...changes }: Options = {}): Alarms =>
  Process.makeUnsafe<Sample.Event, State>({
    name,
    events: Sample.codec,
    categories: [jars.category],
    targets: [to],
    correlate: (_, { stream }) => Option.some(StreamName.id(stream)),
    initialState: { rings: 0 },
    evolve: (state, input) => input._tag === "TimedOut" ? { rings: state.rings + 1 } : state,
    react: ({ rings }, input, { instance }) => {
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
    },
    phase: ({ rings }) => rings === 0 ? "Quiet" : "Rung",
    ...changes
  })
