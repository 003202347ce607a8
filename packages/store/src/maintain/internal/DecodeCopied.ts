/** Decodes the lines of keys, discards and consumers. A failure is the field and the rule that it breaks. */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as NewEvent from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import { stages } from "@refold/core/project/PoisonedEvent"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CopiedConsumer, CopiedDiscard, CopiedKey, EventPlace } from "../Maintenance.ts"
import * as LineFields from "./LineFields.ts"

const decodeKey = LineFields.decoding(
  Schema.Struct({
    key: Schema.String,
    sha256: Schema.optionalKey(LineFields.Hash),
    isOfContent: Schema.Boolean,
    neverExpires: Schema.Boolean,
    commit: Schema.NonEmptyArray(
      Schema.Struct({ stream: Schema.String, firstVersion: LineFields.Count, version: LineFields.Count })
    )
  }),
  "key"
)

/** The key of a line. */
export const key = (fields: LineFields.Fields): Result.Result<CopiedKey, InvalidInput> =>
  Result.gen(function*() {
    const decoded = yield* decodeKey(fields)
    yield* NewEvent.checkName(decoded.key, "key.key")
    if (decoded.sha256 === undefined && !decoded.isOfContent) return yield* invalid("key.sha256", "must be given")
    for (const [index, { firstVersion, stream, version }] of decoded.commit.entries()) {
      yield* StreamName.parse(stream, `key.commit[${index}].stream`)
      if (decoded.commit.findIndex((write) => write.stream === stream) < index) {
        return yield* invalid(`key.commit[${index}].stream`, onceRule)
      }
      if (firstVersion > version) {
        return yield* invalid(`key.commit[${index}].firstVersion`, "must not be above the version")
      }
    }
    // Checked.
    return decoded as unknown as CopiedKey
  })

const decodeDiscard = LineFields.decoding(
  Schema.Struct({
    projection: Schema.NonEmptyString,
    ...LineFields.Place.fields,
    reason: LineFields.Text,
    discardedAt: Schema.String
  }),
  "discard"
)

/** The discard of a line. */
export const discard = (fields: LineFields.Fields): Result.Result<CopiedDiscard, InvalidInput> =>
  Result.gen(function*() {
    const decoded = yield* decodeDiscard(fields)
    yield* NewEvent.checkName(decoded.projection, "discard.projection")
    const discardedAt = yield* LineFields.timeOf(decoded.discardedAt, "discard.discardedAt")
    return { ...decoded, ...(yield* placeOf(decoded, "discard")), discardedAt }
  })

const decodeConsumer = LineFields.decoding(
  Schema.Struct({
    consumer: Schema.NonEmptyString,
    definition: LineFields.Text,
    after: Schema.optionalKey(LineFields.Place),
    addition: Schema.optionalKey(
      Schema.Struct({ definition: LineFields.Text, after: Schema.optionalKey(LineFields.Place) })
    ),
    parked: Schema.Array(Schema.Struct({
      ...LineFields.Place.fields,
      type: LineFields.Text,
      stage: Schema.Literals(stages),
      reason: LineFields.Text,
      attempts: LineFields.Attempts,
      parkedAt: Schema.String
    }))
  }),
  "consumer"
)

/** The consumer of a line. */
export const consumer = (fields: LineFields.Fields): Result.Result<CopiedConsumer, InvalidInput> =>
  Result.gen(function*() {
    const { addition, after, parked, ...decoded } = yield* decodeConsumer(fields)
    yield* NewEvent.checkName(decoded.consumer, "consumer.consumer")
    yield* checkDefinition(decoded.definition, "consumer.definition")
    if (addition !== undefined) yield* checkDefinition(addition.definition, "consumer.addition.definition")
    const optional = (place: typeof after, field: string) =>
      place === undefined ? Result.succeed(undefined) : placeOf(place, field)
    const streams: Array<CopiedConsumer["parked"][number]> = []
    for (const [index, stream] of parked.entries()) {
      const field = `consumer.parked[${index}]`
      if (parked.findIndex((one) => one.stream === stream.stream) < index) {
        return yield* invalid(`${field}.stream`, onceRule)
      }
      const parkedAt = yield* LineFields.timeOf(stream.parkedAt, `${field}.parkedAt`)
      streams.push({ ...stream, ...(yield* placeOf(stream, field)), parkedAt })
    }
    return {
      ...decoded,
      after: yield* optional(after, "consumer.after"),
      addition: addition && {
        definition: addition.definition,
        after: yield* optional(addition.after, "consumer.addition.after")
      },
      parked: streams
    }
  })

const onceRule = "must not be that of an element before it"

const placeOf = (
  { stream, version }: { readonly stream: string; readonly version: number },
  field: string
): Result.Result<EventPlace, InvalidInput> =>
  Result.map(StreamName.parse(stream, `${field}.stream`), (name) => ({ stream: name, version: StreamVersion(version) }))

const checkDefinition = (definition: string, field: string): Result.Result<void, InvalidInput> =>
  StoredDefinition.problem(definition) === undefined && StoredDefinition.parse(definition).kind === "consumer"
    ? Result.void
    : invalid(field, "must be the definition of a consumer")
