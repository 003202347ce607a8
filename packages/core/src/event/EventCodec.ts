/**
 * Between domain events and what is stored: writes every event in the latest version of its type, reads every version
 * ever written as the latest.
 */
import * as Result from "effect/Result"
import {
  type DecodeError,
  NewerSchemaVersion,
  UndecodableEvent,
  UnencodableEvent,
  UnknownEventType
} from "./DecodeError.ts"
import type { EventType, EventVersion } from "./EventType.ts"
import * as FieldsCodec from "./internal/FieldsCodec.ts"
import { InvalidInput } from "./InvalidInput.ts"
import * as Json from "./Json.ts"
import * as NewEvent from "./NewEvent.ts"
import type { StoredData } from "./RecordedEvent.ts"

/** A domain event in its stored form. */
export interface EncodedEvent {
  readonly type: string
  readonly schemaVersion: number
  readonly data: Json.Json
}

/** Writes and reads the events of a union of event types. */
export interface EventCodec<Event extends { readonly _tag: string }> {
  /** The stored form, in the latest version. Fails where the event does not fit its schema. */
  readonly encode: (event: Event) => Result.Result<EncodedEvent, UnencodableEvent>
  /** The domain event, upcast to the latest version. */
  readonly decode: (stored: StoredData) => Result.Result<Event, DecodeError>
  /**
   * All names under which events of these types may be stored, former names included: the `types` of a read. Of all
   * types of the codec, where none are named.
   */
  readonly storedTypes: (types?: ReadonlyArray<Event["_tag"]>) => ReadonlyArray<string>
  /** The types and their latest versions, as a text that changes when one of them does. */
  readonly fingerprint: string
}

// Any event type; Name and Fields stand in places where only `never` accepts them all.
type AnyEventType = Pick<EventType<string, never>, "name" | "formerNames" | "versions"> & {
  readonly Event: { readonly _tag: string }
}

/**
 * A codec for these event types, or `InvalidInput` that names the type and the rule: versions follow one another
 * without a gap, no name or former name is used twice, and no fields schema declares `_tag`.
 */
export const make = <const Types extends ReadonlyArray<AnyEventType>>(
  types: Types
): Result.Result<EventCodec<Types[number]["Event"]>, InvalidInput> =>
  Result.gen(function*() {
    const byName = new Map<string, CompiledType>()
    for (const type of types) {
      const compiled = yield* compile(type)
      for (const name of [type.name, ...type.formerNames]) {
        yield* NewEvent.checkName(name, `event type ${type.name}`)
        if (byName.has(name)) return yield* invalid(type.name, `must not use the name "${name}" a second time`)
        byName.set(name, compiled)
      }
    }
    return fromCompiled<Types[number]["Event"]>(types, byName)
  })

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <const Types extends ReadonlyArray<AnyEventType>>(
  types: Types
): EventCodec<Types[number]["Event"]> => Result.getOrThrow(make(types))

interface CompiledType {
  readonly name: string
  readonly oldest: number
  readonly latest: number
  readonly codecs: ReadonlyArray<FieldsCodec.FieldsCodec>
  readonly upcasts: ReadonlyArray<EventVersion["upcast"]>
}

const compile = (type: AnyEventType): Result.Result<CompiledType, InvalidInput> => {
  const oldest = type.versions[0]?.version
  if (oldest === undefined) return invalid(type.name, "must have at least one version")
  const latest = oldest + type.versions.length - 1
  if (!Number.isInteger(oldest) || oldest < 1) return invalid(type.name, "must start at schema version 1 or later")
  if (latest > NewEvent.maxSchemaVersion) {
    return invalid(type.name, `must not have a schema version above ${NewEvent.maxSchemaVersion}`)
  }
  for (const [index, { schema, upcast, version }] of type.versions.entries()) {
    if (version !== oldest + index) return invalid(type.name, `must have a schema version ${oldest + index}`)
    if (index > 0 && upcast === undefined) return invalid(type.name, `must have an upcaster to version ${version}`)
    if (FieldsCodec.isClass(schema)) return invalid(type.name, "must have plain fields (a Struct), not a class")
    if (FieldsCodec.namesOf(schema)?.includes("_tag")) {
      return invalid(type.name, "must not have a field _tag: the name of the type is the tag")
    }
  }
  const codecs = type.versions.map(({ schema }) => FieldsCodec.make(schema))
  return Result.succeed({ name: type.name, oldest, latest, codecs, upcasts: type.versions.map(({ upcast }) => upcast) })
}

const fromCompiled = <Event extends { readonly _tag: string }>(
  types: ReadonlyArray<AnyEventType>,
  byName: ReadonlyMap<string, CompiledType>
): EventCodec<Event> => ({
  encode: (event) => encode(byName.get(event._tag), event),
  // Each decoder yields the fields of its own type, so with `_tag` they are one of the union.
  decode: (stored) => decode(byName.get(stored.type), stored) as Result.Result<Event, DecodeError>,
  storedTypes: (names = types.map(({ name }) => name)) =>
    types.filter(({ name }) => names.includes(name)).flatMap((type) => [type.name, ...type.formerNames]),
  fingerprint: types.map(({ name, versions }) => `${name}@${versions.at(-1)?.version}`).toSorted().join(",")
})

const encode = (
  type: CompiledType | undefined,
  { _tag, ...fields }: { readonly _tag: string }
): Result.Result<EncodedEvent, UnencodableEvent> => {
  const fail = (reason: string) => new UnencodableEvent({ type: _tag, reason })
  // A former name is for reading only.
  if (type === undefined || type.name !== _tag) return Result.fail(fail("the codec has no event type of this name"))
  return Result.gen(function*() {
    const encoded = yield* Result.mapError(type.codecs.at(-1)!.encode(fields), fail)
    const data = yield* Result.mapError(Json.storable(encoded, "data"), ({ message }) => fail(message))
    return { type: _tag, schemaVersion: type.latest, data }
  })
}

const decode = (
  type: CompiledType | undefined,
  { data, schemaVersion, stream, type: name, version }: StoredData
): Result.Result<object, DecodeError> => {
  const which = { stream, version, type: name, schemaVersion }
  if (type === undefined) return Result.fail(new UnknownEventType(which))
  if (schemaVersion > type.latest) return Result.fail(new NewerSchemaVersion({ ...which, latest: type.latest }))
  if (schemaVersion < type.oldest) {
    const reason = `the oldest schema version known is ${type.oldest}`
    return Result.fail(new UndecodableEvent({ ...which, reason }))
  }
  const from = schemaVersion - type.oldest
  const codec = type.codecs[from]
  if (codec === undefined) return Result.fail(new UndecodableEvent({ ...which, reason: "there is no such version" }))
  const decoded = codec.decode(data)
  if (Result.isFailure(decoded)) return Result.fail(new UndecodableEvent({ ...which, reason: decoded.failure }))
  try {
    return Result.succeed({ ...upcastFrom(type, from, decoded.success), _tag: type.name })
  } catch (error) {
    return Result.fail(new UndecodableEvent({ ...which, reason: `an upcaster threw ${String(error)}` }))
  }
}

const upcastFrom = (type: CompiledType, from: number, fields: object): object => {
  let upcast = fields
  for (let index = from + 1; index < type.upcasts.length; index++) {
    // EventType.upcast typed each step's input as the step before's output.
    upcast = type.upcasts[index]!(upcast as never)
  }
  return upcast
}

const invalid = (type: string, rule: string): Result.Result<never, InvalidInput> =>
  Result.fail(new InvalidInput({ field: `event type ${type}`, rule }))
