/**
 * One type of event through its life: its name, a schema per version, and the upcasters that lead from each version
 * to the next, so that events stored years ago are read as events of today.
 */
import * as Pipeable from "effect/Pipeable"
import type * as Schema from "effect/Schema"

/** A schema of an event's fields: a Struct, not a class. Whatever it encodes to is stored as JSON. */
export type FieldsSchema<Fields extends object> = Schema.ConstraintCodec<Fields, unknown>

/** A domain event: its fields, and its type's name as `_tag`. */
export type Tagged<Name extends string, Fields> = { readonly _tag: Name } & Fields

/** One version of an event type. */
export interface EventVersion {
  readonly version: number
  readonly schema: FieldsSchema<object>
  /** From the fields of the version before to these; the oldest version has none. */
  readonly upcast?: (fields: never) => object
}

/** An event type; its names and schemas are the storage format. */
export interface EventType<Name extends string, Fields extends object> extends Pipeable.Pipeable {
  /** The stored type name and the `_tag` of its events. */
  readonly name: Name
  /** Names under which older events of this type were stored. */
  readonly formerNames: ReadonlyArray<string>
  /** From the oldest that can still be read to the latest, which new events are written with. */
  readonly versions: ReadonlyArray<EventVersion>
  /** Makes an event of this type. */
  readonly make: (fields: Fields) => Tagged<Name, Fields>
  /** The type of its events: `typeof MoneyDeposited.Event`. Exists in types only. */
  readonly Event: Tagged<Name, Fields>
}

/**
 * An event type in its first version. A type whose oldest versions are no longer stored anywhere may start at a later
 * `schemaVersion`.
 */
export const make = <Name extends string, Fields extends object>(
  name: Name,
  schema: FieldsSchema<Fields>,
  options: { readonly schemaVersion?: number } = {}
): EventType<Name, Fields> => fromVersions(name, [{ version: options.schemaVersion ?? 1, schema }], [])

/**
 * The next version: its schema, and a pure function from the fields of the version before. Adding, renaming and
 * splitting a field are all this.
 */
// `Made` keeps literals as narrow as the schema wants them, and keeps them from widening what the schema says.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export const upcast = <Before extends object, Fields extends object, const Made extends Fields>(
  schema: FieldsSchema<Fields>,
  from: (fields: Before) => Made
) =>
<Name extends string>(type: EventType<Name, Before>): EventType<Name, Fields> => {
  const version = (type.versions.at(-1)?.version ?? 0) + 1
  return fromVersions(type.name, [...type.versions, { version, schema, upcast: from }], type.formerNames)
}

/** Declares a name under which this type was stored in the past. */
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
  // `Event` only carries a type; nothing reads it at run time.
  return type as unknown as EventType<Name, Fields>
}
