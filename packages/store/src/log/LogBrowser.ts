/**
 * The port for browsing a log, for command lines and web pages. Optional for an adapter: appends, folds,
 * projections and processes need `EventStore` and `EventReader` only. `LogBrowserSuite` of `@refold/laws` specifies it.
 */
import type { Column, RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { Columns, ReadAllBackwardsOptions, ReadStreamBackwardsOptions } from "@refold/core/journal/ReadOptions"
import type { StoredKey } from "@refold/core/journal/StoredKey"
import type { ListedStream, ListOptions } from "@refold/core/journal/StreamList"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ReadFailure } from "./EventReader.ts"

/** The functions that an adapter implements; `fromAdapter` makes the service from them. */
export interface BrowserAdapter {
  /**
   * The streams that have events, in the order of their names (`StreamName.order`), each with its version and the time of
   * its last event as of when its page was read. Fails with `InvalidInput` if an option breaks a rule.
   */
  readonly listStreams: (options?: ListOptions) => Stream.Stream<ListedStream, ReadFailure>
  /** The events of one stream, the last one first. Options, columns and errors are those of `EventReader.readStream`. */
  readonly readStreamBackwards: <Read extends Column = Column>(
    stream: StreamName,
    options?: ReadStreamBackwardsOptions & Columns<Read>
  ) => Stream.Stream<Pick<RecordedEvent, Read>, ReadFailure>
  /**
   * The events of all streams, the last one first, from the head down: the same events as `EventReader.readAll` gives. A
   * filter by type reads the log until it has enough of them, so a filter by a rare type may take as long as reading all events. Fails
   * with `EventStoreError` if the database is restarted or replaced during the read, also if `EventReader.readAll` would continue:
   * read again before the last event that was read.
   */
  readonly readAllBackwards: <Read extends Column = Column>(
    options?: ReadAllBackwardsOptions & Columns<Read>
  ) => Stream.Stream<Pick<RecordedEvent, Read>, ReadFailure>
  /**
   * A stored idempotency key; None if it is new, or was deleted. Unlike `EventStore.findAppended` it needs no right
   * to append. Fails with `InvalidInput` for a key that breaks a rule, and for one of a process's command (`refold:`).
   */
  readonly findKey: (key: string) => Effect.Effect<Option.Option<StoredKey>, ReadFailure>
}

/** Browses an event store. */
export class LogBrowser extends Context.Service<
  LogBrowser,
  BrowserAdapter & {
    /** The last event of a stream; None if it has none. */
    readonly lastOfStream: (stream: StreamName) => Effect.Effect<Option.Option<RecordedEvent>, ReadFailure>
    /** The last event of a stored type, in the log up to the head; None if there is none. */
    readonly lastOfType: (type: string) => Effect.Effect<Option.Option<RecordedEvent>, ReadFailure>
  }
>()("@refold/store/LogBrowser") {}

/** The service of an adapter. */
export const fromAdapter = (adapter: BrowserAdapter): LogBrowser["Service"] =>
  LogBrowser.of({
    ...adapter,
    lastOfStream: (stream) => Stream.runHead(adapter.readStreamBackwards(stream, { limit: 1 })),
    lastOfType: (type) => Stream.runHead(adapter.readAllBackwards({ types: [type], limit: 1 }))
  })
