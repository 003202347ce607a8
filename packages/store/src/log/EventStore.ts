/** The port for appending to an event store. An adapter provides it; the laws of `@refold/laws` specify it. */
import type { EventId } from "@refold/core/event/EventId"
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { Appended, Idempotency } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { EventReader } from "./EventReader.ts"
import type { Adapter, CommitFailure, InlineRow } from "./internal/Adapter.ts"
import * as ProcessKeys from "./internal/ProcessKeys.ts"
import * as Subscription from "./internal/Subscription.ts"

export type { Adapter, CommitFailure, FindAppendedFailure, InlineRow } from "./internal/Adapter.ts"

/** The options of an append. */
export interface AppendOptions {
  /** `Any` by default. */
  readonly expected?: ExpectedVersion.ExpectedVersion | undefined
  /** The id of the stream's last event, as the writer has read it; only with `Exact` of version 1 or more. */
  readonly lastEventId?: EventId | undefined
  readonly idempotency?: Idempotency | undefined
  /** Rows of inline projections to store together with the events. */
  readonly inline?: ReadonlyArray<InlineRow> | undefined
}

/** An event store. */
export class EventStore extends Context.Service<
  EventStore,
  & EventReader["Service"]
  & Adapter
  & {
    /** Appends events to one stream, all or none. */
    readonly append: (
      stream: StreamName,
      events: NonEmptyReadonlyArray<NewEvent>,
      options?: AppendOptions
    ) => Effect.Effect<Appended, CommitFailure>
  }
>()("@refold/store/EventStore") {}

/** The event store service of an adapter. Only the runner of a process reaches keys of processes through it. */
export const fromAdapter = (unguarded: Adapter): EventStore["Service"] => {
  const adapter = ProcessKeys.guard(unguarded)
  return EventStore.of({
    ...adapter,
    head: Effect.map(adapter.logHead, ({ position }) => position),
    heads: Stream.changes(Stream.map(adapter.logHeads, ({ position }) => position)),
    ...Subscription.make(adapter),
    append: (stream, events, { expected = ExpectedVersion.Any, idempotency, inline, lastEventId } = {}) =>
      adapter.commit({ writes: [{ stream, expected, lastEventId, events }], idempotency }, inline)
  })
}

/** The services of an adapter: `EventStore`, and `EventReader` for the same store. */
export const context = (adapter: Adapter): Context.Context<EventStore | EventReader> => {
  const store = fromAdapter(adapter)
  const { append: _, commit: _c, findAppended: _f, forgetKeys: _k, inTransaction: _t, ...reader } = store
  return Context.make(EventStore, store).pipe(Context.add(EventReader, EventReader.of(reader)))
}
