/**
 * An event type: its name, a schema for each version, and upcasters from each version to the next. Events stored in an
 * old version are read as events of the latest.
 */
import * as Pipeable from "effect/Pipeable"
import type * as Schema from "effect/Schema"

/** A schema of an event's fields: a Struct, not a class. The encoded fields are stored as JSON. */
export type FieldsSchema<Fields extends object> = Schema.ConstraintCodec<Fields, unknown>

/** A domain event: its fields, and its type's name as `_tag`; without parameters, any object with a `_tag`. */
export type Tagged<Name extends string = string, Fields = unknown> = { readonly _tag: Name } & Fields

/** One version of an event type. */
export interface EventVersion {
  readonly version: number
  readonly schema: FieldsSchema<object>
  /** Maps the fields of the previous version to the fields of this one; the oldest version has none. */
  readonly upcast?: (fields: never) => object
}

/** An event type; its names and schemas are the storage format. */
export interface EventType<Name extends string, Fields extends object> extends Pipeable.Pipeable {
  /** The stored type name and the `_tag` of its events. */
  readonly name: Name
  /** Other names under which events of this type are stored. */
  readonly formerNames: ReadonlyArray<string>
  /** The versions that can be read, the oldest first. New events are written in the last one. */
  readonly versions: ReadonlyArray<EventVersion>
  /** Makes an event of this type. */
  readonly make: (fields: Fields) => Tagged<Name, Fields>
  /** The type of its events: `typeof MoneyDeposited.Event`. It has no value at run time. */
  readonly Event: Tagged<Name, Fields>
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
 * or split fields.
 */
// `Made` keeps the type of a literal narrow, and keeps the literal from widening the type of the schema.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export const upcast = <Before extends object, Fields extends object, const Made extends Fields>(
  schema: FieldsSchema<Fields>,
  from: (fields: Before) => Made
) =>
<Name extends string>(type: EventType<Name, Before>): EventType<Name, Fields> => {
  const version = (type.versions.at(-1)?.version ?? 0) + 1
  return fromVersions(type.name, [...type.versions, { version, schema, upcast: from }], type.formerNames)
}

/** Adds a former name: events stored under it are read as events of this type. */
export const renamedFrom =
  (formerName: string) =>
  <Name extends string, Fields extends object>(type: EventType<Name, Fields>): EventType<Name, Fields> =>
    fromVersions(type.name, type.versions, [...type.formerNames, formerName])

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
