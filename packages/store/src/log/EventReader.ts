/** The port for reading an event store: by folds, projections, queries and subscribers. */
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

/** The errors of a read. */
export type ReadFailure = InvalidInput | EventStoreError

/** The reading part of an adapter. */
export interface ReaderAdapter {
  /** The events of one stream, ordered by version; empty for an unknown stream. */
  readonly readStream: (stream: StreamName, options?: ReadStreamOptions) => Stream.Stream<RecordedEvent, ReadFailure>
  /**
   * The events of all streams, ordered by position, up to the head when the read starts. Misses no event: later events
   * have higher positions than those that were read.
   */
  readonly readAll: (options?: ReadAllOptions) => Stream.Stream<RecordedEvent, ReadFailure>
  /**
   * The position of the last event that `readAll` returns; 0 if there is none. Never decreases. All events up to a head
   * that was returned are visible.
   */
  readonly head: Effect.Effect<Position, ReadFailure>
  /**
   * The current head, then each new one; a slow consumer gets the latest only. Never ends: retries when the connection
   * is lost or the store restarts.
   */
  readonly heads: Stream.Stream<Position>
  /** The last position that readers can see, and the writers that hold it back. */
  readonly bound: Effect.Effect<ReadBound, ReadFailure>
  /** The event with this id. */
  readonly findEvent: (id: EventId) => Effect.Effect<Option.Option<RecordedEvent>, ReadFailure>
  /** The versions of these streams, in the same order; 0 for a stream without events. */
  readonly streamVersions: (
    streams: ReadonlyArray<StreamName>
  ) => Effect.Effect<ReadonlyArray<StreamVersion>, ReadFailure>
}

/** The last position that readers can see, and what holds it back. */
export interface ReadBound {
  /** The last position that is visible to readers. */
  readonly head: Position
  /** The last position that is stored; above `head` while an earlier append is still running. */
  readonly last: Position
  /** The running appends, oldest first; their events may still appear just above `head`. */
  readonly heldBackBy: ReadonlyArray<Holder>
}

/** A running append. */
export interface Holder {
  /** Describes the writer, as the adapter knows it: for PostgreSQL the session and its application. */
  readonly description: string
  /** When its transaction began. */
  readonly since: DateTime.Utc
}

/** The events of a subscription; all by default. */
export type SubscribeOptions = Omit<ReadAllOptions, "asOf" | "limit">

/** The events of a replay; all from its start on by default. */
export type ReplayOptions = Omit<SubscribeOptions, "after">

/** No event has this id. */
export class EventNotFound extends Data.TaggedError("EventNotFound")<{ readonly id: EventId }> {
  override get message(): string {
    return `there is no event with id ${this.id}`
  }
}

/** Reads an event store. */
export class EventReader extends Context.Service<
  EventReader,
  ReaderAdapter & {
    /**
     * The events after a position, by default from the first one on: stored events, then new ones as they are appended,
     * each once and in order, with back-pressure. Never ends: retries when the connection is lost or the store
     * restarts. Fails with `InvalidInput` if an option breaks a rule, or `after` is beyond the last event, and with
     * `EventStoreError` at an event that cannot be read (`isPermanent`, the cause is an `UnreadableEvent`).
     */
    readonly subscribe: (options?: SubscribeOptions) => Stream.Stream<RecordedEvent, ReadFailure>
    /** As `subscribe`, from an event on, itself included, given by its position or its id. */
    readonly replayFrom: (
      from: Position | EventId,
      options?: ReplayOptions
    ) => Stream.Stream<RecordedEvent, ReadFailure | EventNotFound>
  }
>()("@refold/store/EventReader") {}
