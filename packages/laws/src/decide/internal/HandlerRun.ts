/** Runs commands through two handlers with small caches, which stand for two processes, sequentially or concurrently. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Tagged } from "@refold/core/event/EventType"
import type { StreamName } from "@refold/core/event/StreamName"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import * as EventStore from "@refold/store/log/EventStore"
import * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as AggregateHistory from "./AggregateHistory.ts"
import { answerOf, type ExpectedAnswer } from "./HandlerScript.ts"

/** The services that a handler needs. */
export type Stores = EventStore.EventStore | EventReader | SnapshotStore

/** A function like `CommandHandler.make`. */
export type Make<Command, State, Event extends Tagged, Refusal> = (
  aggregate: Aggregate<Command, State, Event, Refusal>,
  options: CommandHandler.HandlerOptions<State>
) => (
  id: string,
  command: Command,
  options?: CommandHandler.HandleOptions
) => Effect.Effect<CommandHandler.Handled<State, Event>, Refusal | CommandHandler.HandleFailure, Stores>

// A second store that keeps its streams in the first one, under other names.
const secondStore = (first: Context.Context<Stores>): Context.Context<Stores> => {
  const { append: _append, ...store } = Context.get(first, EventStore.EventStore)
  const snapshots = Context.get(first, SnapshotStore)
  const renamed = (stream: StreamName) => `${stream} second` as StreamName
  const adapter: EventStore.Adapter = {
    ...store,
    commit: ({ writes, ...commit }) =>
      store.commit({ ...commit, writes: Arr.map(writes, (write) => ({ ...write, stream: renamed(write.stream) })) }),
    readStream: (stream, options) =>
      Stream.map(store.readStream(renamed(stream), options), (event) => ({ ...event, stream }))
  }
  return Context.add(EventStore.context(adapter), SnapshotStore, {
    find: (key) => snapshots.find({ ...key, stream: renamed(key.stream) }),
    save: (key, snapshot) => snapshots.save({ ...key, stream: renamed(key.stream) }, snapshot)
  })
}

/** Runs the steps of a script in order. Gives the answers of two handlers whose caches are smaller than the number of streams. */
export const run = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  make: Make<Command, State, Event, Refusal>,
  steps: ReadonlyArray<ExpectedAnswer<Command, State, Event, Refusal>>
) {
  const first = yield* Effect.context<Stores>()
  const stores = [first, secondStore(first)] as const
  const handlers = [make(aggregate, { cache: 2 }), make(aggregate, { cache: 1 })] as const
  return yield* Effect.forEach(steps, ({ expected, id, step: { store, what } }) => {
    const done = "event" in what
      ? Effect.flatMap(
        Effect.fromResult(aggregate.events.encode(what.event)),
        (stored) => append(aggregate, id, stored)
      )
      : Effect.map(Effect.result(handlers[what.handler](id, what.command, { expected })), Result.map(answerOf))
    return Effect.provideContext(done, stores[store])
  })
})

const append = (aggregate: { readonly category: string }, id: string, stored: AggregateHistory.Entry["stored"]) =>
  AggregateHistory.append(AggregateHistory.streamOf(aggregate, id), [{ stored, occurredAt: DateTime.makeUnsafe(0) }])

/** Commands that are handled one after the other, and then commands that are handled concurrently. */
export interface ConcurrentCommands<Command> {
  readonly before: ReadonlyArray<Command>
  readonly concurrent: ReadonlyArray<Command>
}

/** A command that is sent concurrently in several copies, after others. */
export interface ConcurrentRetries<Command> {
  readonly before: ReadonlyArray<Command>
  readonly command: Command
  readonly copies: number
}

/** Handles commands concurrently by two handlers, both of which have cached the state before. Gives all answers. */
export const runConcurrently = Effect.fnUntraced(
  function*<Command, State, Event extends Tagged, Refusal>(
    aggregate: Aggregate<Command, State, Event, Refusal>,
    id: string,
    { before, concurrent }: ConcurrentCommands<Command>,
    options: CommandHandler.HandleOptions = {}
  ) {
    const handlers = [CommandHandler.make(aggregate), CommandHandler.make(aggregate)] as const
    const handler = (index: number) => handlers[index % 2 === 0 ? 0 : 1]
    yield* Effect.forEach(before, (command, index) => Effect.result(handler(index)(id, command)), { discard: true })
    return yield* Effect.forEach(concurrent, (command, index) => Effect.result(handler(index)(id, command, options)), {
      concurrency: "unbounded"
    })
  }
)
