/** Events as records and as rows of a table: in their stored form, and as the code of the config reads them. */
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type { Config } from "../../Config.ts"
import * as Definitions from "../config/Definitions.ts"
import type { Shape } from "../frame/Output.ts"

/** A stored event, and the events that the code of the config reads it as, in the latest versions of their types. */
export interface ShownEvent {
  readonly stored: RecordedEvent
  /** Undefined if the config has no codec for it; the error where its codec cannot read it. */
  readonly current: ReadonlyArray<EncodedEvent> | string | undefined
}

/** An event as the config reads it; `isRaw` leaves it as it is stored. */
export const show = (config: Config, isRaw: boolean) => (stored: RecordedEvent): ShownEvent => {
  const codec = isRaw ? undefined : Definitions.codecOf(config, stored)
  if (codec === undefined) return { stored, current: undefined }
  const current = Result.flatMap(
    codec.decode(stored),
    (events) => Result.all(events.map((event: Tagged) => codec.encode(event)))
  )
  return { stored, current: Result.isSuccess(current) ? current.success : current.failure.message }
}

/** A time as ISO 8601. */
export const time = (instant: DateTime.Utc): string => DateTime.formatIso(instant)

/** The record of a stored event. */
const recordOf = (event: RecordedEvent): object => ({
  position: event.position,
  commit: event.commit,
  stream: event.stream,
  version: event.version,
  id: event.id,
  type: event.type,
  schemaVersion: event.schemaVersion,
  occurredAt: time(event.occurredAt),
  recordedAt: time(event.recordedAt),
  data: event.data,
  metadata: event.metadata
})

const dataOf = ({ current, stored }: ShownEvent): string => {
  if (typeof current === "string") return `cannot be read: ${current}`
  if (current === undefined) return JSON.stringify(stored.data)
  const [first, ...others] = current
  return first !== undefined && others.length === 0 && first.type === stored.type
    ? JSON.stringify(first.data)
    : JSON.stringify(current.map(({ data, type }) => ({ [type]: data })))
}

/** Events in a table, and as records with `current` where the config has a codec. */
export const shape: Shape<ShownEvent> = {
  record: ({ current, stored }) => ({
    ...recordOf(stored),
    ...typeof current === "string" ? { unreadable: current } : current !== undefined && { current }
  }),
  columns: [
    { name: "position", width: 8, isNumber: true, show: ({ stored }) => stored.position },
    { name: "recorded", width: 24, show: ({ stored }) => time(stored.recordedAt) },
    { name: "stream", width: 24, show: ({ stored }) => stored.stream },
    { name: "version", width: 7, isNumber: true, show: ({ stored }) => stored.version },
    { name: "type", width: 16, show: ({ stored }) => stored.type },
    { name: "data", show: dataOf }
  ]
}
