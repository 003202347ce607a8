/** An event on its way into a store: a decided event, encoded, and stamped by the handler with an id and a time. */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as EventId from "./EventId.ts"
import { InvalidInput } from "./InvalidInput.ts"
import * as Json from "./Json.ts"

/** What is known about an event beside the event: who and what caused it, and any key of your own. */
export interface Metadata extends Json.JsonObject {
  /** Shared by everything that one request set off. */
  readonly correlationId?: string
  /** The id of the event or command that directly caused this one. */
  readonly causationId?: string
  /** Who did it. */
  readonly actor?: string
}

/** An event to store. `type` and `data` are the storage format: renaming either needs an upcaster. */
export interface NewEvent {
  /** Unique in the whole store. */
  readonly id: EventId.EventId
  /** The event type's name, 1 to 255 UTF-16 units. */
  readonly type: string
  /** The version of the type's schema that `data` was encoded with, 1 or more. */
  readonly schemaVersion: number
  readonly data: Json.Json
  readonly metadata: Metadata
  /** When it happened in the domain, in milliseconds, year 1 to 9999; back-dating is allowed. */
  readonly occurredAt: DateTime.Utc
}

/** The longest event type name and idempotency key, in UTF-16 units. */
export const maxNameLength = 255

/** The highest version of an event type's schema: what a smallint holds. */
export const maxSchemaVersion = 32_767

/** A name as stores hold it. Fails with `InvalidInput` where it is empty, too long or text that cannot be stored. */
export const checkName = (name: string, field: string): Result.Result<string, InvalidInput> => {
  if (typeof name !== "string" || name.length === 0 || name.length > maxNameLength) {
    return Result.fail(new InvalidInput({ field, rule: `must be a text of 1 to ${maxNameLength} characters` }))
  }
  const problem = Json.nameProblem(name)
  return problem === undefined ? Result.succeed(name) : Result.fail(new InvalidInput({ field, rule: problem }))
}

// PostgreSQL and ISO 8601 both write years 1 to 9999 in four digits.
const earliest = -62_135_596_800_000
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** A time as stores hold it: whole milliseconds, year 1 to 9999. */
export const checkTime = (time: DateTime.Utc, field: string): Result.Result<DateTime.Utc, InvalidInput> => {
  const millis = DateTime.isDateTime(time) ? DateTime.toEpochMillis(time) : NaN
  return Number.isInteger(millis) && millis >= earliest && millis <= latest
    ? Result.succeed(DateTime.toUtc(time))
    : Result.fail(new InvalidInput({ field, rule: "must be a time in the years 1 to 9999, in whole milliseconds" }))
}

/** The event as every adapter stores it: frozen, its id in lower case. Fails with `InvalidInput`, naming the field. */
export const check = (event: NewEvent, field: string): Result.Result<NewEvent, InvalidInput> =>
  Result.gen(function*() {
    if (typeof event !== "object" || event === null) {
      return yield* Result.fail(new InvalidInput({ field, rule: "must be an object" }))
    }
    const id = yield* EventId.parse(event.id, `${field}.id`)
    const type = yield* checkName(event.type, `${field}.type`)
    if (!Number.isInteger(event.schemaVersion) || event.schemaVersion < 1 || event.schemaVersion > maxSchemaVersion) {
      return yield* Result.fail(
        new InvalidInput({
          field: `${field}.schemaVersion`,
          rule: `must be a whole number from 1 to ${maxSchemaVersion}`
        })
      )
    }
    const data = yield* Json.storable(event.data, `${field}.data`)
    const metadata = yield* checkMetadata(event.metadata, `${field}.metadata`)
    const occurredAt = yield* checkTime(event.occurredAt, `${field}.occurredAt`)
    return Object.freeze({ id, type, schemaVersion: event.schemaVersion, data, metadata, occurredAt })
  })

const checkMetadata = (metadata: Metadata, field: string): Result.Result<Metadata, InvalidInput> => {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    return Result.fail(new InvalidInput({ field, rule: "must be an object" }))
  }
  for (const key of ["correlationId", "causationId", "actor"]) {
    if (metadata[key] !== undefined && typeof metadata[key] !== "string") {
      return Result.fail(new InvalidInput({ field: `${field}.${key}`, rule: "must be a text" }))
    }
  }
  // storable keeps an object an object.
  return Result.map(Json.storable(metadata, field), (json) => json as Metadata)
}
