/**
 * An event type: its name, a schema for each version, and upcasters from each version to the next. Events stored in an
 * old version are read as events of the latest. Types that are not written any more can be retired or split.
 */
import * as Pipeable from "effect/Pipeable"
import type * as Schema from "effect/Schema"
import type { RecordedEvent } from "./RecordedEvent.ts"

/** A schema of an event's fields: a Struct, not a class. The encoded fields are stored as JSON. */
export type FieldsSchema<Fields extends object> = Schema.ConstraintCodec<Fields, unknown>

/** A domain event: its fields, and its type's name as `_tag`; without parameters, any object with a `_tag`. */
export type Tagged<Name extends string = string, Fields = unknown> = { readonly _tag: Name } & Fields

/** One version of an event type. */
export interface EventVersion {
  readonly version: number
  readonly schema: FieldsSchema<object>
  /** Maps the fields of the previous version to the fields of this one; the oldest version has none. */
  readonly upcast?: (fields: never, stored: RecordedEvent) => object
}

/** A type of stored events: an `EventType` or a `FormerType`. */
export interface StoredType<Name extends string = string> extends Pipeable.Pipeable {
  /** The stored type name. */
  readonly name: Name
  /** Other names under which events of this type are stored. */
  readonly formerNames: ReadonlyArray<string>
  /** The versions that can be read, the oldest first; none for a retired type, which is read in all versions. */
  readonly versions: ReadonlyArray<EventVersion>
}

/** An event type; its names and schemas are the storage format. New events are written in the last version. */
export interface EventType<Name extends string, Fields extends object> extends StoredType<Name> {
  /** Makes an event of this type. Its `_tag` is the type's name. */
  readonly make: (fields: Fields) => Tagged<Name, Fields>
  /** The type of its events: `typeof MoneyDeposited.Event`. It has no value at run time. */
  readonly Event: Tagged<Name, Fields>
}

/** A type of which no events are written any more. Those that are stored are read as none, or as events of other types. */
export interface FormerType<Name extends string> extends StoredType<Name> {
  /** How its events are read; undefined if they are read as none. */
  readonly split: Split | undefined
  /** No domain event has this type. */
  readonly Event: never
}

/** How an event of a former type is read as events of other types. */
export interface Split {
  readonly into: ReadonlyArray<WrittenType>
  /** Maps the fields of the former type's last version to events, in their order. */
  readonly from: (fields: never, stored: RecordedEvent) => ReadonlyArray<Tagged>
}

/** Any event type. Name and Fields are in contravariant positions, where only `never` accepts all types. */
export type WrittenType = Omit<EventType<string, never>, "make" | "Event"> & {
  readonly make: (fields: never) => Tagged
  readonly Event: Tagged
}

/**
 * Makes an event type with one version. `schemaVersion` is 1 by default; a type whose oldest versions are no longer
 * stored may start at a later one.
 */
export const make = <Name extends string, Fields extends object>(
  name: Name,
  schema: FieldsSchema<Fields>,
  options: { readonly schemaVersion?: number } = {}
): EventType<Name, Fields> => fromVersions(name, [{ version: options.schemaVersion ?? 1, schema }], [])

/**
 * Adds the next version: its schema and a pure function from the fields of the previous version. Use it to add, rename
 * or split fields. The function may also read the stored event, its metadata, times, stream and version, if it declares it
 * as a second parameter without a default: otherwise it is called with the fields alone. The fields that it gives must fit the
 * schema; otherwise the event is an `UndecodableEvent`.
 */
// `Made` keeps the type of a literal narrow, and keeps the literal from widening the type of the schema.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export const upcast = <Before extends object, Fields extends object, const Made extends Fields>(
  schema: FieldsSchema<Fields>,
  from: (fields: Before, stored: RecordedEvent) => Made
) =>
<Name extends string>(type: EventType<Name, Before>): EventType<Name, Fields> => {
  const version = (type.versions.at(-1)?.version ?? 0) + 1
  return fromVersions(type.name, [...type.versions, { version, schema, upcast: from }], type.formerNames)
}

/** Adds a former name: events stored under it are read as events of this type. */
export const renamedFrom = (formerName: string) => <Type extends StoredType>(type: Type): Type => ({
  ...type,
  formerNames: [...type.formerNames, formerName]
})

/**
 * A type whose events are no longer wanted: in whatever version they are stored, they are read as no domain event. A
 * codec without the type fails with `UnknownEventType` instead.
 */
export const retired = <Name extends string>(name: Name): FormerType<Name> =>
  formerType({ name, versions: [], formerNames: [] }, undefined)

/**
 * Ends a type: its stored events are read as events of other types, in the order of the array; as none if it is empty.
 * `from` is a pure function of the fields of the last version, and may also read the stored event, as an upcaster may. A codec
 * with this type must have all types of `into`. What `from` gives must fit their latest schemas; otherwise the event is an
 * `UndecodableEvent`.
 */
export const splitInto = <Fields extends object, const Into extends ReadonlyArray<WrittenType>>(
  into: Into,
  from: (fields: Fields, stored: RecordedEvent) => ReadonlyArray<Into[number]["Event"]>
) =>
<Name extends string>(type: EventType<Name, Fields>): FormerType<Name> => formerType(type, { into, from })

const fromVersions = <Name extends string, Fields extends object>(
  name: Name,
  versions: ReadonlyArray<EventVersion>,
  formerNames: ReadonlyArray<string>
): EventType<Name, Fields> => {
  const type = {
    name,
    versions,
    formerNames,
    make: (fields: Fields) => ({ ...fields, _tag: name }),
    ...Pipeable.Prototype
  }
  // `Event` carries a type only; it is not read at run time.
  return type as unknown as EventType<Name, Fields>
}

const formerType = <Name extends string>(
  { formerNames, name, versions }: Pick<StoredType<Name>, "name" | "versions" | "formerNames">,
  split: Split | undefined
): FormerType<Name> => {
  const type = { name, versions, formerNames, split, ...Pipeable.Prototype }
  // As above.
  return type as unknown as FormerType<Name>
}
