/**
 * Encodes domain events for storage and decodes stored events. An event is written in the latest version of its type;
 * an older version is upcast to the latest when it is read.
 */
import * as Result from "effect/Result"
import { type DecodeError, type NewerSchemaVersion, UnencodableEvent } from "./DecodeError.ts"
import type { StoredType, Tagged } from "./EventType.ts"
import * as CompiledType from "./internal/CompiledType.ts"
import * as DecodeEvent from "./internal/DecodeEvent.ts"
import type { InvalidInput } from "./InvalidInput.ts"
import * as Json from "./Json.ts"
import * as RecordedEvent from "./RecordedEvent.ts"

/** A domain event in its stored form. */
export interface EncodedEvent {
  readonly type: string
  readonly schemaVersion: number
  readonly data: Json.Json
}

/** The type and schema version of a stored event, and where it is stored. */
export type StoredVersion = Pick<RecordedEvent.RecordedEvent, "stream" | "version" | "type" | "schemaVersion">

/** Encodes and decodes the events of a union of event types. */
export interface EventCodec<Event extends Tagged> {
  /** The event types that it was made of. */
  readonly types: ReadonlyArray<StoredType>
  /** Encodes an event in the latest version. Fails with `UnencodableEvent` if it does not fit its schema. */
  readonly encode: (event: Event) => Result.Result<EncodedEvent, UnencodableEvent>
  /**
   * The columns of a stored event that `decode` needs: those of `RecordedEvent.Encoded`, or all if an upcaster or a split
   * declares `stored`.
   */
  readonly columns: ReadonlyArray<RecordedEvent.Column>
  /**
   * The domain events of a stored event, upcast to the latest version: one, none if its type is retired, or those that its
   * type is split into. The event must have the `columns` of this codec.
   */
  readonly decode: (stored: RecordedEvent.Encoded) => Result.Result<ReadonlyArray<Event>, DecodeError>
  /**
   * Fails with `NewerSchemaVersion` for a stored event in a higher version of its type than this codec has, without decoding
   * it: the code is too old, and the event may be valid.
   */
  readonly checkVersion: (stored: StoredVersion) => Result.Result<void, NewerSchemaVersion>
  /**
   * Decodes an event that this codec encoded, as a later read does. Fails with `UnencodableEvent` if it cannot be decoded:
   * stored, it would make its stream unreadable.
   */
  readonly readBack: (encoded: EncodedEvent) => Result.Result<Event, UnencodableEvent>
  /**
   * The stored names of these types, with former names and types that are split into these; of all types of the codec by
   * default. For the `types` option of a read.
   */
  readonly storedTypes: (types?: ReadonlyArray<Event["_tag"]>) => ReadonlyArray<string>
  /** The types and their latest versions as a string: it changes when one of them does, or is retired or split. */
  readonly fingerprint: string
}

/** The union of the events of a codec: `EventCodec.EventOf<typeof codec>`. */
export type EventOf<Codec> = Codec extends EventCodec<infer Event> ? Event : never

// Any type: an `EventType` or a `FormerType`.
type AnyType = StoredType & { readonly Event: Tagged }

/**
 * Makes a codec of event types. Fails with `InvalidInput` if versions have a gap, a name or former name is used twice,
 * an upcaster is missing, a fields schema declares `_tag`, or a type is split into one that the codec does not have.
 */
export const make = <const Types extends ReadonlyArray<AnyType>>(
  types: Types
): Result.Result<EventCodec<Types[number]["Event"]>, InvalidInput> =>
  Result.map(CompiledType.compileAll(types), (byName) => fromCompiled<Types[number]["Event"]>(types, byName))

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <const Types extends ReadonlyArray<AnyType>>(
  types: Types
): EventCodec<Types[number]["Event"]> => Result.getOrThrow(make(types))

/** The domain events of stored events, in their order; the error of the first that cannot be decoded. */
export const decodeAll = <Event extends Tagged>(
  { decode }: Pick<EventCodec<Event>, "decode">,
  stored: Iterable<RecordedEvent.Encoded>
): Result.Result<ReadonlyArray<Event>, DecodeError> => {
  const events: Array<Event> = []
  for (const one of stored) {
    const decoded = decode(one)
    if (Result.isFailure(decoded)) return decoded
    // No spread: a split may give more events than a call takes arguments.
    for (const event of decoded.success) events.push(event)
  }
  return Result.succeed(events)
}

type ByName = ReadonlyMap<string, CompiledType.CompiledType>

const fromCompiled = <Event extends Tagged>(types: ReadonlyArray<StoredType>, byName: ByName): EventCodec<Event> => {
  return {
    types,
    columns: [...byName.values()].some(({ readsStored }) => readsStored) ? RecordedEvent.columns : encodedColumns,
    encode: (event) => encode(byName.get(event._tag), event),
    // Each decoder returns the fields of its own type; with `_tag` they are an event of the union.
    decode: (stored) =>
      DecodeEvent.decode(byName.get(stored.type), stored) as Result.Result<ReadonlyArray<Event>, DecodeError>,
    checkVersion: (stored) => DecodeEvent.checkVersion(byName.get(stored.type), stored),
    // As above.
    readBack: (encoded) => readBack(byName, encoded) as Result.Result<Event, UnencodableEvent>,
    storedTypes: (names) =>
      types.flatMap((type) =>
        names === undefined || namesOf(type).some((name) => names.includes(name))
          ? [type.name, ...type.formerNames]
          : []
      ),
    fingerprint: types.map(fingerprintOf).toSorted().join(",")
  }
}

const encodedColumns: ReadonlyArray<keyof RecordedEvent.Encoded> = [
  "stream",
  "version",
  "type",
  "schemaVersion",
  "data"
]

// The names of the events that a stored event of the type may be read as, and its own.
const namesOf = (type: StoredType): ReadonlyArray<string> => [
  type.name,
  ...CompiledType.splitOf(type)?.into.map(({ name }) => name) ?? []
]

const fingerprintOf = (type: StoredType): string => {
  if (CompiledType.isRetired(type)) return `${type.name}@retired`
  const [name, ...into] = namesOf(type)
  const split = CompiledType.splitOf(type) === undefined ? "" : `>${into.join("+")}`
  return `${name}@${type.versions.at(-1)?.version}${split}`
}

const encode = (
  type: CompiledType.CompiledType | undefined,
  { _tag, ...fields }: Tagged
): Result.Result<EncodedEvent, UnencodableEvent> => {
  const fail = (reason: string) => new UnencodableEvent({ type: _tag, reason })
  // Events are not written under a former name.
  if (type === undefined || type.name !== _tag) return Result.fail(fail("the codec has no event type of this name"))
  if (type.isRetired || type.split !== undefined) return Result.fail(fail("the type is retired or split"))
  return Result.gen(function*() {
    const encoded = yield* Result.mapError(type.codecs.at(-1)!.encode(fields), fail)
    const data = yield* Result.mapError(Json.storable(encoded, "data"), ({ message }) => fail(message))
    return { type: _tag, schemaVersion: type.latest, data }
  })
}

const readBack = (byName: ByName, { data, type }: EncodedEvent): Result.Result<object, UnencodableEvent> =>
  Result.mapBoth(byName.get(type)!.codecs.at(-1)!.decode(data), {
    onSuccess: (fields) => ({ ...fields, _tag: type }),
    onFailure: (reason) => new UnencodableEvent({ type, reason: `its encoded form cannot be decoded: ${reason}` })
  })
