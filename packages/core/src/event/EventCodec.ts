/**
 * Encodes domain events for storage and decodes stored events. An event is written in the latest version of its type;
 * an older version is upcast to the latest when it is read.
 */
import * as Result from "effect/Result"
import {
  type DecodeError,
  NewerSchemaVersion,
  UndecodableEvent,
  UnencodableEvent,
  UnknownEventType
} from "./DecodeError.ts"
import type { EventType, EventVersion, Tagged } from "./EventType.ts"
import * as FieldsCodec from "./internal/FieldsCodec.ts"
import { attempt } from "./internal/Reason.ts"
import { invalid, type InvalidInput } from "./InvalidInput.ts"
import * as Json from "./Json.ts"
import * as NewEvent from "./NewEvent.ts"
import type { StoredData } from "./RecordedEvent.ts"

/** A domain event in its stored form. */
export interface EncodedEvent {
  readonly type: string
  readonly schemaVersion: number
  readonly data: Json.Json
}

/** The type and schema version of a stored event, and where it is stored. */
export type StoredVersion = Pick<StoredData, "stream" | "version" | "type" | "schemaVersion">

/** Encodes and decodes the events of a union of event types. */
export interface EventCodec<Event extends Tagged> {
  /** Encodes an event in the latest version. Fails with `UnencodableEvent` if it does not fit its schema. */
  readonly encode: (event: Event) => Result.Result<EncodedEvent, UnencodableEvent>
  /** Decodes a stored event and upcasts it to the latest version. */
  readonly decode: (stored: StoredData) => Result.Result<Event, DecodeError>
  /**
   * Fails with `NewerSchemaVersion` for a stored event in a higher version of its type than this codec has, without decoding
   * it: such an event says that the code is too old, and nothing about the event.
   */
  readonly checkVersion: (stored: StoredVersion) => Result.Result<void, NewerSchemaVersion>
  /**
   * The stored names of these types, former names included; of all types of the codec by default. For the `types`
   * option of a read.
   */
  readonly storedTypes: (types?: ReadonlyArray<Event["_tag"]>) => ReadonlyArray<string>
  /** The types and their latest versions as a string: it changes when one of them does. */
  readonly fingerprint: string
}

/** The union of the events of a codec: `EventCodec.EventOf<typeof codec>`. */
export type EventOf<Codec> = Codec extends EventCodec<infer Event> ? Event : never

// Any event type. Name and Fields are in contravariant positions, where only `never` accepts all types.
type AnyEventType = Pick<EventType<string, never>, "name" | "formerNames" | "versions"> & {
  readonly Event: Tagged
}

/**
 * Makes a codec of event types. Fails with `InvalidInput` if versions have a gap, a name or former name is used twice,
 * an upcaster is missing, or a fields schema declares `_tag`.
 */
export const make = <const Types extends ReadonlyArray<AnyEventType>>(
  types: Types
): Result.Result<EventCodec<Types[number]["Event"]>, InvalidInput> =>
  Result.gen(function*() {
    const byName = new Map<string, CompiledType>()
    for (const type of types) {
      const compiled = yield* compile(type)
      for (const name of [type.name, ...type.formerNames]) {
        yield* NewEvent.checkName(name, fieldOf(type))
        if (byName.has(name)) return yield* invalid(fieldOf(type), `must not use the name "${name}" a second time`)
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

const fieldOf = ({ name }: AnyEventType): string => `event type ${name}`

const compile = (type: AnyEventType): Result.Result<CompiledType, InvalidInput> => {
  const oldest = type.versions[0]?.version
  if (oldest === undefined) return invalid(fieldOf(type), "must have at least one version")
  const latest = oldest + type.versions.length - 1
  if (!Number.isInteger(oldest) || oldest < 1) return invalid(fieldOf(type), "must start at schema version 1 or later")
  if (latest > NewEvent.maxSchemaVersion) {
    return invalid(fieldOf(type), `must not have a schema version above ${NewEvent.maxSchemaVersion}`)
  }
  for (const [index, { schema, upcast, version }] of type.versions.entries()) {
    if (version !== oldest + index) return invalid(fieldOf(type), `must have a schema version ${oldest + index}`)
    if (index > 0 && upcast === undefined) return invalid(fieldOf(type), `must have an upcaster to version ${version}`)
    if (FieldsCodec.isClass(schema)) return invalid(fieldOf(type), "must have plain fields (a Struct), not a class")
    if (FieldsCodec.namesOf(schema)?.includes("_tag")) {
      return invalid(fieldOf(type), "must not have a field _tag: the name of the type is the tag")
    }
  }
  const codecs = type.versions.map(({ schema }) => FieldsCodec.make(schema))
  return Result.succeed({ name: type.name, oldest, latest, codecs, upcasts: type.versions.map(({ upcast }) => upcast) })
}

const fromCompiled = <Event extends Tagged>(
  types: ReadonlyArray<AnyEventType>,
  byName: ReadonlyMap<string, CompiledType>
): EventCodec<Event> => ({
  encode: (event) => encode(byName.get(event._tag), event),
  // Each decoder returns the fields of its own type; with `_tag` they are an event of the union.
  decode: (stored) => decode(byName.get(stored.type), stored) as Result.Result<Event, DecodeError>,
  checkVersion: (stored) => checkVersion(byName.get(stored.type), stored),
  storedTypes: (names = types.map(({ name }) => name)) =>
    types.filter(({ name }) => names.includes(name)).flatMap((type) => [type.name, ...type.formerNames]),
  fingerprint: types.map(({ name, versions }) => `${name}@${versions.at(-1)?.version}`).toSorted().join(",")
})

const encode = (
  type: CompiledType | undefined,
  { _tag, ...fields }: Tagged
): Result.Result<EncodedEvent, UnencodableEvent> => {
  const fail = (reason: string) => new UnencodableEvent({ type: _tag, reason })
  // Events are not written under a former name.
  if (type === undefined || type.name !== _tag) return Result.fail(fail("the codec has no event type of this name"))
  return Result.gen(function*() {
    const encoded = yield* Result.mapError(type.codecs.at(-1)!.encode(fields), fail)
    const data = yield* Result.mapError(Json.storable(encoded, "data"), ({ message }) => fail(message))
    return { type: _tag, schemaVersion: type.latest, data }
  })
}

const checkVersion = (
  type: CompiledType | undefined,
  { schemaVersion, stream, type: name, version }: StoredVersion
): Result.Result<void, NewerSchemaVersion> =>
  type !== undefined && schemaVersion > type.latest
    ? Result.fail(new NewerSchemaVersion({ stream, version, type: name, schemaVersion, latest: type.latest }))
    : Result.void

const decode = (
  type: CompiledType | undefined,
  { data, schemaVersion, stream, type: name, version }: StoredData
): Result.Result<object, DecodeError> => {
  const which = { stream, version, type: name, schemaVersion }
  if (type === undefined) return Result.fail(new UnknownEventType(which))
  const checked = checkVersion(type, which)
  if (Result.isFailure(checked)) return Result.fail(checked.failure)
  if (schemaVersion < type.oldest) {
    const reason = `the oldest schema version known is ${type.oldest}`
    return Result.fail(new UndecodableEvent({ ...which, reason }))
  }
  const from = schemaVersion - type.oldest
  const codec = type.codecs[from]
  if (codec === undefined) return Result.fail(new UndecodableEvent({ ...which, reason: "there is no such version" }))
  const decoded = codec.decode(data)
  if (Result.isFailure(decoded)) return Result.fail(new UndecodableEvent({ ...which, reason: decoded.failure }))
  const upcast = attempt(() => ({ ...upcastFrom(type, from, decoded.success), _tag: type.name }), "an upcaster")
  return Result.mapError(upcast, (reason) => new UndecodableEvent({ ...which, reason }))
}

const upcastFrom = (type: CompiledType, from: number, fields: object): object => {
  let upcast = fields
  for (let index = from + 1; index < type.upcasts.length; index++) {
    // `EventType.upcast` types the input of each upcaster as the output of the previous one.
    upcast = type.upcasts[index]!(upcast as never)
  }
  return upcast
}
