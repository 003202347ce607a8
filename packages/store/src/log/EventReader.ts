/** The port for reading an event store, used by folds, projections, queries and subscribers. */
import type { EventId } from "@refold/core/event/EventId"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Position } from "@refold/core/event/Position"
import type { Column, RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"
import type { Columns, ReadAllOptions, ReadStreamOptions } from "@refold/core/journal/ReadOptions"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { Cursor } from "./Cursor.ts"
import type { EventStoreError } from "./EventStoreError.ts"
import type { LogHead } from "./LogHead.ts"
import type { LogWentBack } from "./LogWentBack.ts"

/** The errors of a read. */
export type ReadFailure = InvalidInput | EventStoreError

/** The reading part of an adapter. */
export interface ReaderAdapter {
  /** The events of one stream, ordered by version; empty for an unknown stream. */
  readonly readStream: <Read extends Column = Column>(
    stream: StreamName,
    options?: ReadStreamOptions & Columns<Read>
  ) => Stream.Stream<Pick<RecordedEvent, Read>, ReadFailure>
  /**
   * The events of all streams, ordered by position, up to the head when the read starts. Misses no event: later events
   * have higher positions than those that were read. Continues if the database is restarted or replaced during the read; fails
   * with `EventStoreError` if the last event that was read is gone then, or an instance is given.
   */
  readonly readAll: <Read extends Column = Column>(
    options?: ReadLogOptions & Columns<Read>
  ) => Stream.Stream<Pick<RecordedEvent, Read>, ReadFailure>
  /**
   * The position of the last event that `readAll` returns, and the instance of the log. Within an instance the position
   * never decreases, and all events up to one that was returned are visible.
   */
  readonly logHead: Effect.Effect<LogHead, ReadFailure>
  /**
   * The current head, then each new one; a slow consumer gets the latest only. Never ends: retries when the connection
   * is lost or the store restarts. Fails if the head can never be read, for example because the role has lost a right.
   */
  readonly logHeads: Stream.Stream<LogHead, EventStoreError>
  /** The instance of the log that answered last; undefined before the first answer. Sends no query. */
  readonly lastInstance: Effect.Effect<string | undefined>
  /** The last position that readers can see, and the writers that hold it back. */
  readonly bound: Effect.Effect<ReadBound, ReadFailure>
  /** The event with this id. */
  readonly findEvent: (id: EventId) => Effect.Effect<Option.Option<RecordedEvent>, ReadFailure>
  /** The versions of these streams, in the same order; 0 for a stream without events. */
  readonly streamVersions: (
    streams: ReadonlyArray<StreamName>
  ) => Effect.Effect<ReadonlyArray<StreamVersion>, ReadFailure>
}

/** Options for reading the global log. */
export interface ReadLogOptions extends ReadAllOptions {
  /**
   * The instance of the log that gave the head to read up to (`asOf`); fails with `EventStoreError` if another one answers.
   * The head is not read again then.
   */
  readonly instance?: string | undefined
  /** Only events of streams in partition `number`, from 0, of `of` partitions. A stream is always in the same one. */
  readonly partition?: { readonly number: number; readonly of: number } | undefined
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
  /** Describes the writer, as far as the adapter can: for PostgreSQL the session and its application. */
  readonly description: string
  /** When its transaction began. */
  readonly since: DateTime.Utc
}

/** The events of a subscription, all by default, and where it starts. */
export interface SubscribeOptions extends Omit<ReadAllOptions, "asOf" | "limit"> {
  /** Start after the event that was delivered with this cursor. Not together with `after`. */
  readonly cursor?: Cursor | undefined
  /**
   * The policy if the database was restarted or replaced since the last event was delivered, and that event is still there:
   * `resume` after it with a warning (default), or `fail` with `LogWentBack`, because earlier events may be gone.
   */
  readonly onLogChange?: "resume" | "fail" | undefined
}

/** The events of a subscription to one stream, all by default, and the version after which it starts. */
export interface SubscribeStreamOptions
  extends Omit<ReadStreamOptions, "asOf" | "limit">, Pick<SubscribeOptions, "onLogChange">
{}

/** The events of a replay; all from its start on by default. */
export type ReplayOptions = Omit<SubscribeOptions, "after" | "cursor">

/** An event, and the cursor to subscribe with after it. */
export interface DeliveredEvent<Read extends Column = Column> {
  readonly _tag: "Event"
  readonly event: Pick<RecordedEvent, Read>
  readonly cursor: Cursor
}

/** The progress of a subscription: all its events up to this position are delivered. */
export interface Progress {
  readonly _tag: "Progress"
  readonly position: Position
  /** The head of the log when it was last read. */
  readonly head: Position
  /** Whether it has read up to that head. More events may have been appended since. */
  readonly isCaughtUp: boolean
  /** The cursor to subscribe with after the position; undefined while the log has no events. */
  readonly cursor: Cursor | undefined
}

/** The deliveries of a subscription with cursors. */
export type Delivered<Read extends Column = Column> = DeliveredEvent<Read> | Progress

/** The errors of a subscription. */
export type SubscribeFailure = ReadFailure | LogWentBack

/** No event has this id. */
export class EventNotFound extends TaggedError("EventNotFound")<{ readonly id: EventId }> {
  override get message(): string {
    return printable(`there is no event with id ${this.id}: check the id, and that it is of this store`)
  }
}

/** Reads an event store. */
export class EventReader extends Context.Service<
  EventReader,
  ReaderAdapter & {
    /** The position of `logHead`. */
    readonly head: Effect.Effect<Position, ReadFailure>
    /** The positions of `logHeads`. */
    readonly heads: Stream.Stream<Position, EventStoreError>
    /**
     * The events after a position, by default from the first one on: stored events, then new ones as they are appended,
     * each once and in order, with back-pressure. Never ends: retries when the connection is lost or the store
     * restarts. Fails with `InvalidInput` if an option breaks a rule, with `LogWentBack` if the event after which it starts,
     * or the last one that it delivered, is not in the log, and with an `EventStoreError` that is permanent at an event that
     * cannot be read (the cause is an `UnreadableEvent`) and if the role lacks a right (`PermissionDenied`).
     */
    readonly subscribe: <Read extends Column = Column>(
      options?: SubscribeOptions & Columns<Read>
    ) => Stream.Stream<Pick<RecordedEvent, Read>, SubscribeFailure>
    /**
     * The events of one stream after a version, by default from the first one on: stored events, then new ones, as
     * `subscribe` gives those of the log. The stream need not exist yet. Fails as `subscribe` does, and with `InvalidInput` if
     * it starts after a version that the stream does not have.
     */
    readonly subscribeStream: <Read extends Column = Column>(
      stream: StreamName,
      options?: SubscribeStreamOptions & Columns<Read>
    ) => Stream.Stream<Pick<RecordedEvent, Read>, SubscribeFailure>
    /**
     * As `subscribe`, each event with a cursor, for subscribers that store their cursor outside of the database. In between it
     * emits its progress: each time that it has caught up with the head, and with a filter at least once in 10,000 events of
     * the log, so that the cursor advances even if few events pass the filter.
     */
    readonly subscribeWithCursors: <Read extends Column = Column>(
      options?: SubscribeOptions & Columns<Read>
    ) => Stream.Stream<Delivered<Read>, SubscribeFailure>
    /** As `subscribe`, from an event on, itself included, given by its position or its id. */
    readonly replayFrom: <Read extends Column = Column>(
      from: Position | EventId,
      options?: ReplayOptions & Columns<Read>
    ) => Stream.Stream<Pick<RecordedEvent, Read>, ReadFailure | EventNotFound | LogWentBack>
  }
>()("@refold/store/EventReader") {}
