/** Parses the lines of an exported store, and decodes the header, the events and the trailer. A failure is a field and its rule. */
import * as EventId from "@refold/core/event/EventId"
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as NewEvent from "@refold/core/event/NewEvent"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { NewerFormat } from "../ImportError.ts"
import { Count, countRule, decoding, type Fields, Hash, isCount, timeOf, Total } from "./LineFields.ts"
import * as StoreLine from "./StoreLine.ts"

/** A line that was parsed as JSON, and its kind. */
export interface Parsed {
  readonly kind: StoreLine.Kind
  readonly fields: Fields
}

/** The JSON object of a line. */
export const parse = (text: string): Result.Result<Parsed, InvalidInput> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return invalid("the text", `must be JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  // Sound: any property of an object can be read.
  const fields = Object(value) as Fields
  const kind = StoreLine.kinds.find((one) => one === fields["kind"])
  return kind === undefined
    ? invalid("kind", `must be one of ${StoreLine.kinds.join(", ")}`)
    : Result.succeed({ kind, fields })
}

// What PostgreSQL stores is an int.
const maxOffset = 2 ** 31 - 1

/** The event of a line. */
export const event = (fields: Fields): Result.Result<RecordedEvent, InvalidInput> => {
  const { commit, data, id, metadata, position, schemaVersion, stream: name, type, version } = fields
  const stream = StreamName.parse(name as string, "event.stream")
  if (Result.isFailure(stream)) return Result.fail(stream.failure)
  if (!isCount(version)) return invalid("event.version", countRule)
  if (!isCount(position)) return invalid("event.position", countRule)
  if (!isCount(commit) || commit > position || position - commit > maxOffset) {
    return invalid(
      "event.commit",
      `must be the position of the first event of its commit, not above its own and at most ${maxOffset} below`
    )
  }
  const recordedAt = timeOf(fields["recordedAt"], "event.recordedAt")
  if (Result.isFailure(recordedAt)) return Result.fail(recordedAt.failure)
  const occurredAt = timeOf(fields["occurredAt"], "event.occurredAt")
  if (Result.isFailure(occurredAt)) return Result.fail(occurredAt.failure)
  // `check` looks at each field, whatever its type.
  const given = { id, type, schemaVersion, data, metadata, occurredAt: occurredAt.success } as NewEvent.NewEvent
  const checked = NewEvent.check(given, "event")
  if (Result.isFailure(checked)) return Result.fail(checked.failure)
  const recorded = {
    ...checked.success,
    stream: stream.success,
    version,
    position,
    commit,
    recordedAt: recordedAt.success
  }
  // The checks above are the rules of the brands.
  return Result.succeed(recorded as RecordedEvent)
}

const decodeHeader = decoding(
  Schema.Struct({ format: Schema.Literal(StoreLine.format), version: Count, export: Schema.String, upTo: Total }),
  "header"
)

/** The header, whose version must be known. */
export const header = (fields: Fields): Result.Result<StoreLine.Header, InvalidInput | NewerFormat> => {
  const { latestVersion: latest } = StoreLine
  const { version } = fields
  if (fields["format"] === StoreLine.format && isCount(version) && version > latest) {
    return Result.fail(new NewerFormat({ version, latest }))
  }
  return Result.flatMap(
    decodeHeader(fields),
    (decoded) =>
      Result.map(EventId.parse(decoded.export, "header.export"), (id) =>
        // A position is a whole number from 0.
        ({ kind: "header", ...decoded, export: id }) as StoreLine.Header)
  )
}

const decodeTrailer = decoding(
  Schema.Struct({ events: Total, keys: Total, discards: Total, consumers: Total, sha256: Hash }),
  "trailer"
)

/** The trailer. */
export const trailer = (fields: Fields): Result.Result<StoreLine.Trailer, InvalidInput> =>
  Result.map(decodeTrailer(fields), (decoded) => ({ kind: "trailer", ...decoded }))
