/** A commit as the columns that the functions of the database take: an array per column, in the order of the commit. */
import type { EventId } from "@refold/core/event/EventId"
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as Fingerprint from "@refold/core/internal/journal/Fingerprint"
import type { Commit } from "@refold/core/journal/Commit"
import type { ExpectedVersion } from "@refold/core/journal/ExpectedVersion"
import * as DateTime from "effect/DateTime"

/** The columns, and the size of the commit. */
export interface EncodedCommit {
  /** "" without a key. */
  readonly key: string
  /** "" if the database computes it from the content. */
  readonly fingerprint: string
  readonly neverExpires: boolean
  readonly streams: ReadonlyArray<string>
  /** The driver takes a small number for int4 and a large one for int8, and refuses both in one array. */
  readonly expected: ReadonlyArray<bigint>
  readonly eventCounts: ReadonlyArray<number>
  /** "" if the last event is not checked. */
  readonly lastEventIds: ReadonlyArray<string>
  readonly ids: ReadonlyArray<EventId>
  readonly types: ReadonlyArray<string>
  readonly schemaVersions: ReadonlyArray<number>
  readonly data: ReadonlyArray<string>
  readonly metadata: ReadonlyArray<string>
  readonly occurredAt: ReadonlyArray<Date>
  /** The length of data and metadata, in UTF-16 units. */
  readonly length: number
}

/** Encodes a checked commit. */
export const encode = ({ idempotency, writes }: Commit): EncodedCommit => {
  const streams: Array<string> = []
  const expected: Array<bigint> = []
  const eventCounts: Array<number> = []
  const lastEventIds: Array<string> = []
  const events: Array<NewEvent> = []
  for (const write of writes) {
    streams.push(write.stream)
    expected.push(BigInt(encodeExpected(write.expected)))
    eventCounts.push(write.events.length)
    lastEventIds.push(write.lastEventId ?? "")
    for (const event of write.events) events.push(event)
  }
  return {
    key: idempotency?.key ?? "",
    fingerprint: idempotency?.fingerprint === undefined ? "" : Fingerprint.ofGiven(idempotency.fingerprint),
    neverExpires: idempotency?.neverExpires ?? false,
    streams,
    expected,
    eventCounts,
    lastEventIds,
    ...encodeEvents(events)
  }
}

const encodeEvents = (events: ReadonlyArray<NewEvent>) => {
  const data = events.map((event) => JSON.stringify(event.data))
  const metadata = events.map((event) => JSON.stringify(event.metadata))
  let length = 0
  for (const text of data) length += text.length
  for (const text of metadata) length += text.length
  return {
    ids: events.map(({ id }) => id),
    types: events.map(({ type }) => type),
    schemaVersions: events.map(({ schemaVersion }) => schemaVersion),
    data,
    metadata,
    occurredAt: events.map(({ occurredAt }) => DateTime.toDateUtc(occurredAt)),
    length
  }
}

const encodeExpected = (expected: ExpectedVersion): number => {
  switch (expected._tag) {
    case "Any":
      return -1
    case "StreamExists":
      return -2
    case "NoStream":
      return 0
    case "Exact":
      return expected.version
  }
}
