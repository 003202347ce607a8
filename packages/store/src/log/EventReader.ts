/** The port to a store of events for those who only read it: folds, projections, queries, subscribers. */
import type { EventId } from "@refold/core/event/EventId"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type { ReadAllOptions, ReadStreamOptions } from "@refold/core/journal/ReadOptions"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { EventStoreError } from "./EventStoreError.ts"

/** Every way a read can fail. */
export type ReadFailure = InvalidInput | EventStoreError

/** What an adapter implements for readers. */
export interface ReaderAdapter {
  /** The events of one stream, in the order of their versions; empty for an unknown stream. */
  readonly readStream: (stream: StreamName, options?: ReadStreamOptions) => Stream.Stream<RecordedEvent, ReadFailure>
  /**
   * The events of all streams, in the order of their positions, up to those visible when the read starts. Misses no
   * event: none can later appear at a lower position than one that was read.
   */
  readonly readAll: (options?: ReadAllOptions) => Stream.Stream<RecordedEvent, ReadFailure>
  /**
   * The position of the last event that `readAll` would give; 0 where there is none. Never goes back, and whoever then
   * reads as of a head that was given gets all events up to there.
   */
  readonly head: Effect.Effect<Position, ReadFailure>
  /**
   * The head now, and again whenever it has moved. A slow consumer sees the latest only. Never ends, and outlives lost
   * connections and restarts of the store.
   */
  readonly heads: Stream.Stream<Position>
  /** How far readers may go, and who keeps them from going further. */
  readonly bound: Effect.Effect<ReadBound, ReadFailure>
  /** The event with this id. */
  readonly findEvent: (id: EventId) => Effect.Effect<Option.Option<RecordedEvent>, ReadFailure>
  /** The versions of these streams, in their order; 0 for one without events. */
  readonly streamVersions: (
    streams: ReadonlyArray<StreamName>
  ) => Effect.Effect<ReadonlyArray<StreamVersion>, ReadFailure>
}

/** How far readers of the global log may go. */
export interface ReadBound {
  readonly head: Position
  /** Of the last event that is stored, above `head` while a writer who was there earlier is not yet done. */
  readonly last: Position
  /** The writers who are not done, longest first; their events may yet appear just above `head`. */
  readonly heldBackBy: ReadonlyArray<Holder>
}

/** A writer in the middle of an append. */
export interface Holder {
  /** Who it is, in the words of the adapter: for PostgreSQL a session and its application. */
  readonly description: string
  /** When its transaction began. */
  readonly since: DateTime.Utc
}

/** Which events a subscriber wants; all, where nothing is said. */
export type SubscribeOptions = Omit<ReadAllOptions, "asOf" | "limit">

/** Which events a replay gives again; all from its start on, where nothing is said. */
export type ReplayOptions = Omit<SubscribeOptions, "after">

/** No event has this id. */
export class EventNotFound extends Data.TaggedError("EventNotFound")<{ readonly id: EventId }> {
  override get message(): string {
    return `there is no event with id ${this.id}`
  }
}

/** Reads a store of events. */
export class EventReader extends Context.Service<
  EventReader,
  ReaderAdapter & {
    /**
     * The events after a position (from the first, by default), those stored already and then those to come: each
     * once, in order, as fast as they are consumed. Never ends, and outlives lost connections and restarts of the
     * store. Fails with `InvalidInput` where an option breaks a rule or `after` lies in the future.
     */
    readonly subscribe: (options?: SubscribeOptions) => Stream.Stream<RecordedEvent, InvalidInput>
    /** As `subscribe`, from this very event on, given by its position or its id. */
    readonly replayFrom: (
      from: Position | EventId,
      options?: ReplayOptions
    ) => Stream.Stream<RecordedEvent, ReadFailure | EventNotFound>
  }
>()("@refold/store/EventReader") {}
