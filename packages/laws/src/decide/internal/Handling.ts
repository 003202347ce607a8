/**
 * Commands on their way through two handlers, which stand for two processes, to streams of the same names in two stores;
 * and what the decider alone makes of them.
 */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import * as View from "@refold/core/decide/View"
import type { Tagged } from "@refold/core/event/EventType"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { type VersionConflict, versionConflict } from "@refold/core/journal/AppendError"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
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
import * as fc from "fast-check"
import * as Stored from "./Stored.ts"

/** What a handler needs. */
export type Stores = EventStore.EventStore | EventReader | SnapshotStore

/** As `CommandHandler.make`. */
export type Make<Command, State, Event extends Tagged, Refusal> = (
  aggregate: Aggregate<Command, State, Event, Refusal>,
  options: CommandHandler.HandlerOptions<State>
) => (
  id: string,
  command: Command,
  options?: CommandHandler.HandleOptions
) => Effect.Effect<CommandHandler.Handled<State, Event>, Refusal | CommandHandler.HandleFailure, Stores>

/** What happens next to an aggregate of a store. */
export interface Step<Command, Event> {
  readonly store: 0 | 1
  readonly id: "a" | "b" | "c"
  readonly what:
    /** A command for one of the handlers; an expected version by its distance from the right one. */
    | { readonly handler: 0 | 1; readonly command: Command; readonly expected: number | undefined }
    /** An event that somebody appends who is no handler. */
    | { readonly event: Event }
}

/** Steps that return to the same few aggregates. */
export const steps = <Command, Event>(
  commands: fc.Arbitrary<Command>,
  events: fc.Arbitrary<Event>
): fc.Arbitrary<ReadonlyArray<Step<Command, Event>>> => {
  const expected = fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: -1, max: 1 }) }
  )
  const handled = fc.record({ handler: fc.constantFrom<0 | 1>(0, 1), command: commands, expected })
  return fc.array(
    fc.record({
      store: fc.constantFrom<0 | 1>(0, 1),
      id: fc.constantFrom<Step<Command, Event>["id"]>("a", "b", "c"),
      what: fc.oneof({ weight: 3, arbitrary: handled }, { weight: 1, arbitrary: fc.record({ event: events }) })
    }),
    { maxLength: 24, size: "max" }
  )
}

/** The store at hand, and another that keeps its streams in it under other names. */
const twoStores: Effect.Effect<readonly [Context.Context<Stores>, Context.Context<Stores>], never, Stores> = Effect.map(
  Effect.context<Stores>(),
  (here) => {
    const { append: _append, ...store } = Context.get(here, EventStore.EventStore)
    const snapshots = Context.get(here, SnapshotStore)
    const there = (stream: StreamName) => `${stream} there` as StreamName
    const adapter: EventStore.Adapter = {
      ...store,
      commit: ({ writes, ...commit }) =>
        store.commit({ ...commit, writes: Arr.map(writes, (write) => ({ ...write, stream: there(write.stream) })) }),
      readStream: (stream, options) =>
        Stream.map(store.readStream(there(stream), options), (event) => ({ ...event, stream }))
    }
    const elsewhere = Context.add(EventStore.context(adapter), SnapshotStore, {
      find: (key) => snapshots.find({ ...key, stream: there(key.stream) }),
      save: (key, snapshot) => snapshots.save({ ...key, stream: there(key.stream) }, snapshot)
    })
    return [here, elsewhere]
  }
)

/** What one command was answered: of the answer only what does not depend on the store. */
export type Answer<State, Event> = Pick<CommandHandler.Handled<State, Event>, "events" | "state" | "version">

/** The part of an answer that does not depend on the store. */
export const answerOf = <State, Event>({ events, state, version }: Answer<State, Event>): Answer<State, Event> => ({
  events,
  state,
  version
})

/** A step as it is to be taken, and what its command is to be answered; undefined where there is no command. */
export interface Planned<Command, State, Event, Refusal> {
  readonly step: Step<Command, Event>
  readonly id: string
  readonly expected: ExpectedVersion.ExpectedVersion | undefined
  readonly answer: Result.Result<Answer<State, Event>, Refusal | VersionConflict> | undefined
}

/** What the decider alone makes of a program: it has each stream before its eyes, whole. `run` makes ids unique. */
export const plan = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  run: string,
  program: ReadonlyArray<Step<Command, Event>>
): ReadonlyArray<Planned<Command, State, Event, Refusal>> => {
  const streams = new Map<string, ReadonlyArray<Event>>()
  return program.map((step) => {
    const { store, what } = step
    const id = `${run} ${step.id}`
    const events = streams.get(`${store} ${id}`) ?? []
    const isAppend = "event" in what
    const expected = isAppend || what.expected === undefined
      ? undefined
      : ExpectedVersion.Exact(Math.max(0, events.length + what.expected))
    const answer = isAppend ? undefined : decide(aggregate, id, events, what.command, expected)
    const added = isAppend
      ? [what.event]
      : answer !== undefined && Result.isSuccess(answer)
      ? answer.success.events
      : []
    streams.set(`${store} ${id}`, [...events, ...added])
    return { step, id, expected, answer }
  })
}

const decide = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  before: ReadonlyArray<Event>,
  command: Command,
  expected: ExpectedVersion.ExpectedVersion = ExpectedVersion.Any
): Result.Result<Answer<State, Event>, Refusal | VersionConflict> => {
  const version = StreamVersion(before.length)
  if (!ExpectedVersion.matches(expected, version)) {
    return Result.fail(versionConflict(Stored.streamOf(aggregate, id), expected, version))
  }
  const { decider } = aggregate
  return Result.map(decider.decide(command, View.fold(decider, before)), (events) => ({
    events,
    state: View.fold(decider, [...before, ...events]),
    version: StreamVersion(before.length + events.length)
  }))
}

/** What two handlers answer to it, by caches that are too small for all of its streams. */
export const play = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  make: Make<Command, State, Event, Refusal>,
  planned: ReadonlyArray<Planned<Command, State, Event, Refusal>>
) {
  const stores = yield* twoStores
  const handlers = [make(aggregate, { cache: 2 }), make(aggregate, { cache: 1 })] as const
  return yield* Effect.forEach(planned, ({ expected, id, step: { store, what } }) => {
    const taken = "event" in what
      ? Effect.flatMap(
        Effect.fromResult(aggregate.codec.encode(what.event)),
        (stored) => Stored.append(Stored.streamOf(aggregate, id), [{ stored, occurredAt: DateTime.makeUnsafe(0) }])
      )
      : Effect.map(Effect.result(handlers[what.handler](id, what.command, { expected })), Result.map(answerOf))
    return Effect.provideContext(taken, stores[store])
  })
})

/** Commands that come one after the other, and then commands that come at the same time. */
export interface Rush<Command> {
  readonly before: ReadonlyArray<Command>
  readonly rush: ReadonlyArray<Command>
}

/** A command that comes in so many copies at the same time. */
export interface Copies<Command> {
  readonly before: ReadonlyArray<Command>
  readonly command: Command
  readonly copies: number
}

/** The answers to a rush by two handlers that take turns, and have both had a part in what was before. */
export const rush = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  { before, rush }: Rush<Command>,
  options: CommandHandler.HandleOptions = {}
) {
  const handlers = [CommandHandler.make(aggregate), CommandHandler.make(aggregate)] as const
  const handler = (index: number) => handlers[index % 2 === 0 ? 0 : 1]
  yield* Effect.forEach(before, (command, index) => Effect.result(handler(index)(id, command)), { discard: true })
  return yield* Effect.forEach(rush, (command, index) => Effect.result(handler(index)(id, command, options)), {
    concurrency: "unbounded"
  })
})
