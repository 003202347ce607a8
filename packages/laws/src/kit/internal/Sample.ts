/**
 * The sample aggregate, a jar of coins: an event type in its third version, one with a former name, one that is split, one
 * that is retired, a terminal state and snapshots. Suites use it if no aggregate is given.
 */
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as Arbitraries from "./Arbitraries.ts"

// The storage format: names and schemas stay as they are, changes are new versions.

/** Coins were added to the jar. Version 1 has no note, version 2 one text, version 3 any number of texts. */
export const CoinsAdded = EventType.make("CoinsAdded", Schema.Struct({ amount: Schema.Int })).pipe(
  EventType.upcast(
    Schema.Struct({ coins: Schema.Int, note: Schema.String }),
    ({ amount }) => ({ coins: amount, note: "" })
  ),
  EventType.upcast(
    Schema.Struct({ coins: Schema.Int, notes: Schema.Array(Schema.String) }),
    ({ coins, note }) => ({ coins, notes: note === "" ? [] : [note] })
  )
)

/** Coins were taken from the jar. */
export const CoinsTaken = EventType.make("CoinsTaken", Schema.Struct({ coins: Schema.Int })).pipe(
  EventType.renamedFrom("CoinsRemoved")
)

/** The jar was sealed: no coins can be added or taken. */
export const JarSealed = EventType.make("JarSealed", Schema.Struct({}))

/** The type of `JarFilled` before it was split. */
export const Filled = EventType.make(
  "JarFilled",
  Schema.Struct({ amounts: Schema.Array(Schema.Int), spilt: Schema.Int })
)

/** The coins of each person were added, and the spilt ones taken. */
export const partsOfFilled = ({ amounts, spilt }: Omit<typeof Filled.Event, "_tag">) => [
  ...amounts.map((coins) => CoinsAdded.make({ coins, notes: [] })),
  ...spilt === 0 ? [] : [CoinsTaken.make({ coins: spilt })]
]

/** Several people filled the jar at once. Not written any more. */
export const JarFilled = Filled.pipe(EventType.splitInto([CoinsAdded, CoinsTaken], partsOfFilled))

/** A look at the jar. Not written any more. */
export const JarLookedAt = EventType.retired("JarLookedAt").pipe(EventType.renamedFrom("JarSeen"))

/** The events of a jar. */
export type Event = typeof CoinsAdded.Event | typeof CoinsTaken.Event | typeof JarSealed.Event

/** The schema of a jar's state. Notes are in the order of their events. */
export const State = Schema.TaggedUnion({
  Open: { coins: Schema.Int, notes: Schema.Array(Schema.String) },
  Sealed: { coins: Schema.Int, notes: Schema.Array(Schema.String) }
})

/** The state of a jar. */
export type State = typeof State.Type

/** The schema of a jar's commands. */
export const Command = Schema.TaggedUnion({
  Add: { coins: Schema.Int, notes: Schema.Array(Schema.String) },
  Take: { coins: Schema.Int },
  Seal: {}
})

/** The commands of a jar. */
export type Command = typeof Command.Type

/** The reason why a command is refused. */
export type Refusal = { readonly _tag: "NotEnough"; readonly coins: number } | { readonly _tag: "IsSealed" }

const decide = (command: Command, state: State): Decider.Decision<Event, Refusal> => {
  if (state._tag === "Sealed") return Decider.refuse({ _tag: "IsSealed" })
  switch (command._tag) {
    case "Add":
      return command.coins === 0
        ? Decider.accept()
        : Decider.accept(CoinsAdded.make({ coins: command.coins, notes: command.notes }))
    case "Take":
      return command.coins > state.coins
        ? Decider.refuse({ _tag: "NotEnough", coins: state.coins })
        : Decider.accept(CoinsTaken.make({ coins: command.coins }))
    case "Seal":
      return state.coins === 0
        ? Decider.accept(JarSealed.make({}))
        : Decider.accept(CoinsTaken.make({ coins: state.coins }), JarSealed.make({}))
  }
}

const evolve = (state: State, event: Event): State => {
  switch (event._tag) {
    case "CoinsAdded":
      return { ...state, coins: state.coins + event.coins, notes: [...state.notes, ...event.notes] }
    case "CoinsTaken":
      return { ...state, coins: state.coins - event.coins }
    case "JarSealed":
      return { ...state, _tag: "Sealed" }
  }
}

/** The decider of jars. */
export const decider = Decider.make<Command, State, Event, Refusal>({
  initialState: { _tag: "Open", coins: 0, notes: [] },
  decide,
  evolve,
  isTerminal: ({ _tag }) => _tag === "Sealed"
})

/** The codec of a jar's events. */
export const codec = EventCodec.makeUnsafe([CoinsAdded, CoinsTaken, JarSealed, JarFilled, JarLookedAt])

/** The aggregate, with a snapshot every three events. */
export const aggregate = Aggregate.makeUnsafe<Command, State, Event, Refusal>({
  category: "jar",
  events: codec,
  commands: Command,
  decider,
  snapshots: { name: "jar", version: 1, state: State, every: 3 }
})

const coins = fc.nat(9)
const notes = fc.array(Arbitraries.text, { maxLength: 2 })

/** Commands, most of which are accepted. */
export const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ _tag: fc.constant("Add" as const), coins, notes }) },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("Take" as const), coins }) },
  { weight: 1, arbitrary: fc.constant({ _tag: "Seal" as const }) }
)

/** Events in any order, also in orders that the decider never produces. */
export const events: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ coins, notes }).map(CoinsAdded.make),
  fc.record({ coins }).map(CoinsTaken.make),
  fc.constant(JarSealed.make({}))
)

/** An event as older code stored it, and the events that it decodes to today. */
export interface Older {
  readonly stored: EventCodec.EncodedEvent
  readonly native: Event | ReadonlyArray<Event>
}

/** Events as older code stored them. */
export const older: fc.Arbitrary<Older> = fc.oneof(
  coins.map((amount) => ({
    stored: { type: "CoinsAdded", schemaVersion: 1, data: { amount } },
    native: CoinsAdded.make({ coins: amount, notes: [] })
  })),
  fc.record({ coins, note: Arbitraries.name }).map(({ coins, note }) => ({
    stored: { type: "CoinsAdded", schemaVersion: 2, data: { coins, note } },
    native: CoinsAdded.make({ coins, notes: [note] })
  })),
  coins.map((coins) => ({
    stored: { type: "CoinsRemoved", schemaVersion: 1, data: { coins } },
    native: CoinsTaken.make({ coins })
  })),
  fc.record({ amounts: fc.array(coins, { maxLength: 2 }), spilt: fc.nat(2) }).map((data) => ({
    stored: { type: "JarFilled", schemaVersion: 1, data },
    native: partsOfFilled(data)
  })),
  fc.constantFrom("JarLookedAt", "JarSeen").map((type) => ({
    stored: { type, schemaVersion: 2, data: { by: "Ada" } },
    native: []
  }))
)
