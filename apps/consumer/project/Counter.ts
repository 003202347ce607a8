/*
 * A user's program: an aggregate, handled on the store in memory, with metadata on its events.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Aggregate, CommandHandler, Decider, EventCodec, EventType, MemoryStore } from "refold"

const Counted = EventType.make("Counted", Schema.Struct({ by: Schema.Int }))

type Event = typeof Counted.Event

/** The one command. */
export const Command = Schema.TaggedUnion({ Count: { by: Schema.Int } })

type Command = typeof Command.Type

/** Decides the next count. */
export const decider: Decider.Decider<Command, number, Event, "TooFar"> = Decider.make({
  initialState: 0,
  decide: ({ by }, state) => state + by > 10 ? Result.fail("TooFar") : Result.succeed([Counted.make({ by })]),
  evolve: (state, event) => state + event.by
})

/** The aggregate. */
export const counter = Aggregate.makeUnsafe({
  category: "counter",
  events: EventCodec.makeUnsafe([Counted]),
  commands: Command,
  decider
})

const handle = CommandHandler.make(counter)

/** The states after two commands. */
export const program = Effect.gen(function*() {
  const first = yield* handle("a", { _tag: "Count", by: 3 }, { metadata: { correlationId: "one", place: "here" } })
  const second = yield* handle("a", { _tag: "Count", by: 4 })
  return [first.state, second.state]
}).pipe(Effect.provide(MemoryStore.layer))
