/** The lines of an exported store, one JSON object each: a header, events, keys, discards, consumers, a trailer. */
import type { EventId } from "@refold/core/event/EventId"
import type { Position } from "@refold/core/event/Position"
import type { Column, RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as DateTime from "effect/DateTime"
import type { CopiedConsumer, CopiedDiscard, CopiedKey, Counts } from "../Maintenance.ts"

/** The name of the format. */
export const format = "refold-store"

/** Its latest version: raised with each change that older code would misread. */
export const latestVersion = 1

/** The first line. */
export interface Header {
  readonly kind: "header"
  readonly format: typeof format
  readonly version: number
  /** Identifies the export. */
  readonly export: EventId
  /** The last position of the exported log. */
  readonly upTo: Position
}

/** The last line. */
export interface Trailer extends Counts {
  readonly kind: "trailer"
  /** The SHA-256 hash of all lines before, each with a line feed after it, as hex. */
  readonly sha256: string
}

/** The kinds, in their order in a file. */
export const kinds = ["header", "event", "key", "discard", "consumer", "trailer"] as const

/** A kind of line. */
export type Kind = (typeof kinds)[number]

/** The counted items, by the kind of their lines. */
export const counted = { event: "events", key: "keys", discard: "discards", consumer: "consumers" } as const

/** No lines of any kind. */
export const noCounts: Counts = { events: 0, keys: 0, discards: 0, consumers: 0 }

// All columns: a new column does not compile until it is exported.
const eventFields = (
  { commit, data, id, metadata, occurredAt, position, recordedAt, schemaVersion, stream, type, version }: RecordedEvent
): { readonly [column in Column]: unknown } => ({
  stream,
  version,
  position,
  commit,
  id,
  type,
  schemaVersion,
  data,
  metadata,
  occurredAt: DateTime.formatIso(occurredAt),
  recordedAt: DateTime.formatIso(recordedAt)
})

/** The line of a header. */
export const ofHeader = (header: Header): string => JSON.stringify(header)

/** The line of a trailer. */
export const ofTrailer = (trailer: Trailer): string => JSON.stringify(trailer)

/** The line of an event. */
export const ofEvent = (event: RecordedEvent): string => JSON.stringify({ kind: "event", ...eventFields(event) })

/** The line of a key. */
export const ofKey = ({ commit, isOfContent, key, neverExpires, sha256 }: CopiedKey): string =>
  JSON.stringify({ kind: "key", key, sha256, isOfContent, neverExpires, commit })

/** The line of a discard. */
export const ofDiscard = ({ discardedAt, projection, reason, stream, version }: CopiedDiscard): string =>
  JSON.stringify({ kind: "discard", projection, stream, version, reason, discardedAt: DateTime.formatIso(discardedAt) })

/** The line of a consumer. */
export const ofConsumer = ({ addition, after, consumer, definition, parked }: CopiedConsumer): string =>
  JSON.stringify({
    kind: "consumer",
    consumer,
    definition,
    after,
    addition,
    parked: parked.map(({ attempts, parkedAt, reason, stage, stream, type, version }) => ({
      stream,
      version,
      type,
      stage,
      reason,
      attempts,
      parkedAt: DateTime.formatIso(parkedAt)
    }))
  })
