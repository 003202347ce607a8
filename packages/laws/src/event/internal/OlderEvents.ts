/**
 * Events as older code may have stored them, generated from the schemas of the older versions: every version before the
 * latest, and every version of a type that is split.
 */
import type { EventCodec } from "@refold/core/event/EventCodec"
import type { EventVersion, StoredType, Tagged } from "@refold/core/event/EventType"
import * as Json from "@refold/core/event/Json"
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as CompiledType from "@refold/core/internal/event/CompiledType"
import * as FieldsCodec from "@refold/core/internal/event/FieldsCodec"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Arbitraries from "../../kit/internal/Arbitraries.ts"
import * as Recode from "./Recode.ts"

/** The events of all older versions; None if there are none. Throws if no fields can be generated for a version. */
export const of = <Event extends Tagged>({ types }: EventCodec<Event>): Option.Option<fc.Arbitrary<RecordedEvent>> => {
  const older = types.flatMap((type) => olderVersions(type).map((version) => stored(type, version)))
  return older.length === 0 ? Option.none() : Option.some(fc.oneof(...older))
}

/** Events of the retired types, with any version and data; None if no type is retired. */
export const retired = <Event extends Tagged>(
  { types }: EventCodec<Event>
): Option.Option<fc.Arbitrary<RecordedEvent>> => {
  const names = types.filter(CompiledType.isRetired).flatMap(namesOf)
  if (names.length === 0) return Option.none()
  const fields = {
    type: fc.constantFrom(...names),
    schemaVersion: fc.integer({ min: 1, max: 9 }),
    data: Arbitraries.json
  }
  return Option.some(recorded(fc.record(fields)))
}

const namesOf = ({ formerNames, name }: StoredType): ReadonlyArray<string> => [name, ...formerNames]

const olderVersions = (type: StoredType): ReadonlyArray<EventVersion> =>
  CompiledType.splitOf(type) === undefined ? type.versions.slice(0, -1) : type.versions

const stored = (type: StoredType, { schema, version }: EventVersion): fc.Arbitrary<RecordedEvent> => {
  const { encode } = FieldsCodec.make(schema)
  const fields = Arbitrary.schema(schema)
  const sample = (seed: number): Option.Option<Json.Json> => {
    const generated = Effect.runSync(Arbitrary.sampleEffect(fields, { count: 1, seed }))
    const encoded = Result.flatMap(encode(generated[0] ?? {}), (data) => Json.storable(data, "data"))
    return Result.getSuccess(encoded)
  }
  // Some fields that fit the schema cannot be stored, such as lone surrogates.
  const data = fc.integer().map(sample).filter(Option.isSome)
  return recorded(fc.record({
    type: fc.constantFrom(...namesOf(type)),
    schemaVersion: fc.constant(version),
    data: data.map(({ value }) => value)
  }))
}

const metadata = fc.record(
  { correlationId: Arbitraries.text, causationId: Arbitraries.text, actor: Arbitraries.text },
  { requiredKeys: [] }
)

const recorded = (
  encoded: fc.Arbitrary<Pick<RecordedEvent, "type" | "schemaVersion" | "data">>
): fc.Arbitrary<RecordedEvent> =>
  fc.record({
    encoded,
    known: fc.record({
      id: Arbitraries.eventId,
      version: fc.integer({ min: 1, max: 99 }).map((version) => StreamVersion(version)),
      position: fc.integer({ min: 1, max: 999 }).map((position) => Position(position)),
      metadata,
      occurredAt: Arbitraries.time,
      recordedAt: Arbitraries.time
    })
  }).map(({ encoded, known }) => Recode.recordedOf({ ...known, ...encoded }))
