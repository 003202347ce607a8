/** An event to append: encoded, with the id and the time that the command handler assigned. */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as EventId from "./EventId.ts"
import { invalid, type InvalidInput } from "./InvalidInput.ts"
import * as Json from "./Json.ts"

/**
 * Metadata of an event: correlation, cause and actor, and any keys of your own. An intersection: an interface with these
 * optional keys and an index signature compiles under `exactOptionalPropertyTypes` only.
 */
export type Metadata = Json.JsonObject & {
  /** Shared by all events and commands that result from one request. */
  readonly correlationId?: string
  /** The id of the event or command that directly caused this one. */
  readonly causationId?: string
  /** The user or program that caused the event. */
  readonly actor?: string
}

/** An event to append. `type` and `data` are the storage format: a change needs a former name or an upcaster. */
export interface NewEvent {
  /** Unique in the store. */
  readonly id: EventId.EventId
  /** The event type's name, 1 to 255 UTF-16 units. */
  readonly type: string
  /** The version of the type's schema that `data` was encoded with, 1 or more. */
  readonly schemaVersion: number
  readonly data: Json.Json
  readonly metadata: Metadata
  /** The time of the event in the domain, in milliseconds, year 1 to 9999; back-dating is allowed. */
  readonly occurredAt: DateTime.Utc
}

/** Maximum length of event type names and idempotency keys, in UTF-16 units. */
export const maxNameLength = 255

/** Maximum schema version of an event type: the largest smallint. */
export const maxSchemaVersion = 32_767

/** Checks a name. Fails with `InvalidInput` if it is empty, longer than `maxNameLength`, or cannot be stored. */
export const checkName = (name: string, field: string): Result.Result<string, InvalidInput> => {
  const problem = nameProblem(name)
  return problem === undefined ? Result.succeed(name) : invalid(field, problem)
}

/** The rule of `checkName` that a name breaks; undefined if it breaks none. */
export const nameProblem = (name: string): string | undefined =>
  typeof name !== "string" || name.length === 0 || name.length > maxNameLength
    ? `must be a text of 1 to ${maxNameLength} characters`
    : Json.nameProblem(name)

// PostgreSQL and ISO 8601 write the years 1 to 9999 in four digits.
const earliest = -62_135_596_800_000
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Checks a time: whole milliseconds, year 1 to 9999. Fails with `InvalidInput`. */
export const checkTime = (time: DateTime.Utc, field: string): Result.Result<DateTime.Utc, InvalidInput> => {
  const millis = DateTime.isDateTime(time) ? DateTime.toEpochMillis(time) : NaN
  return Number.isInteger(millis) && millis >= earliest && millis <= latest
    ? Result.succeed(DateTime.toUtc(time))
    : invalid(field, "must be a time in the years 1 to 9999, in whole milliseconds")
}

/** Checks an event and returns it as adapters store it: frozen, its id in lower case. Fails with `InvalidInput`. */
export const check = (event: NewEvent, field: string): Result.Result<NewEvent, InvalidInput> =>
  Result.gen(function*() {
    if (typeof event !== "object" || event === null) {
      return yield* invalid(field, "must be an object")
    }
    const id = yield* EventId.parse(event.id, `${field}.id`)
    const type = yield* checkName(event.type, `${field}.type`)
    if (!Number.isInteger(event.schemaVersion) || event.schemaVersion < 1 || event.schemaVersion > maxSchemaVersion) {
      return yield* invalid(`${field}.schemaVersion`, `must be a whole number from 1 to ${maxSchemaVersion}`)
    }
    const data = yield* Json.storable(event.data, `${field}.data`)
    const metadata = yield* checkMetadata(event.metadata, `${field}.metadata`)
    const occurredAt = yield* checkTime(event.occurredAt, `${field}.occurredAt`)
    return Object.freeze({ id, type, schemaVersion: event.schemaVersion, data, metadata, occurredAt })
  })

const checkMetadata = (metadata: Metadata, field: string): Result.Result<Metadata, InvalidInput> => {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    return invalid(field, "must be an object")
  }
  for (const key of ["correlationId", "causationId", "actor"]) {
    if (metadata[key] !== undefined && typeof metadata[key] !== "string") {
      return invalid(`${field}.${key}`, "must be a text")
    }
  }
  // storable keeps an object an object.
  return Result.map(Json.storable(metadata, field), (json) => json as Metadata)
}
