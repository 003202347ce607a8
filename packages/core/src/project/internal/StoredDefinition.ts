/**
 * The parts of a projection's definition that a store keeps, so that other code under the same name is detected. Schemas,
 * schema versions and functions are not part of it: old and new code share rows, and functions cannot be compared.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { RowIndex } from "./RowIndex.ts"

/** `rows`: a projection. `inline rows`: one by `ofAggregate`. `tables`: a projection in SQL. `process`: its observer. */
const Kind = Schema.Literals(["rows", "inline rows", "tables", "process", "consumer"])
type Kind = typeof Kind.Type

/** The parts of a definition that are compared. */
export interface StoredDefinition {
  readonly kind: Kind
  /** The stored names of the event types, former names included. */
  readonly types: ReadonlyArray<string>
  /** The categories of the streams; undefined for all. */
  readonly categories?: ReadonlyArray<string> | undefined
  readonly indexes: ReadonlyArray<RowIndex>
}

/** A definition as a string: equal for definitions that are the same, in whatever order their parts are listed. */
export const render = ({ categories, indexes, kind, types }: StoredDefinition): string =>
  JSON.stringify({
    kind,
    types: sorted(types),
    ...categories !== undefined && { categories: sorted(categories) },
    indexes: indexes.map(({ fields, name }) => ({ name, fields: fields.map(({ field, kind }) => ({ field, kind })) }))
      .toSorted((one, two) => one.name < two.name ? -1 : 1)
  })

/** The reason why a string is not a definition; undefined if `parse` can read it. For stores, in which other programs may write. */
export const problem = (rendered: unknown): string | undefined =>
  Result.isSuccess(decode(rendered)) ? undefined : "must be the definition of a projection as JSON"

const Texts = Schema.Array(Schema.String)
const Index = Schema.Struct({
  name: Schema.String,
  fields: Schema.Array(Schema.Struct({ field: Schema.String, kind: Schema.String }))
})
const decode = Schema.decodeUnknownResult(Schema.fromJsonString(
  Schema.Struct({ kind: Kind, types: Texts, categories: Schema.optionalKey(Texts), indexes: Schema.Array(Index) })
))

/** The definition of a string that `render` returned. */
export const parse = (rendered: string): StoredDefinition =>
  // Rendered here, or checked by `problem` when it was read.
  JSON.parse(rendered) as StoredDefinition

/** Whether there are no rows to rebuild, and so no versions that replace one another: a process or a consumer. */
export const isUnversioned = (rendered: string): boolean => unversioned.includes(parse(rendered).kind)

const unversioned: ReadonlyArray<Kind> = ["process", "consumer"]

/** Whether two kinds cannot share a name, whatever their versions. */
export const areApart = (one: string, two: string): boolean =>
  parse(one).kind !== parse(two).kind && (isUnversioned(one) || isUnversioned(two))

/** Whether `own` reads every event that `stored` reads. */
export const covers = (own: string, stored: string): boolean => {
  const [more, fewer] = [parse(own), parse(stored)]
  return missingOf(fewer.types, more.types).length === 0 &&
    (more.categories === undefined ||
      fewer.categories !== undefined && missingOf(fewer.categories, more.categories).length === 0)
}

/** The differences of `own` from `stored`, for an error message. */
export const differences = (stored: string, own: string): ReadonlyArray<string> => {
  const [before, after] = [parse(stored), parse(own)]
  return [
    ...before.kind === after.kind
      ? []
      : [`it is stored as ${names[before.kind]}, and this code has ${names[after.kind]}`],
    ...listed("event types that this code lacks", missingOf(before.types, after.types)),
    ...listed("event types that only this code has", missingOf(after.types, before.types)),
    ...rendered(before.categories) === rendered(after.categories)
      ? []
      : [`it is stored with ${rendered(before.categories)}, and this code has ${rendered(after.categories)}`],
    ...listed("indexes that this code lacks", missingOf(indexesOf(before), indexesOf(after))),
    ...listed("indexes that only this code has", missingOf(indexesOf(after), indexesOf(before)))
  ]
}

const names: Readonly<Record<Kind, string>> = {
  rows: "a projection with rows",
  "inline rows": "an inline projection",
  tables: "a projection with tables of its own",
  process: "the observer of a process",
  consumer: "a consumer"
}

const listed = (what: string, found: ReadonlyArray<string>): ReadonlyArray<string> =>
  found.length === 0 ? [] : [`${what}: ${found.join(", ")}`]

const missingOf = (wanted: ReadonlyArray<string>, known: ReadonlyArray<string>): ReadonlyArray<string> =>
  wanted.filter((one) => !known.includes(one))

const indexesOf = ({ indexes }: StoredDefinition): ReadonlyArray<string> =>
  indexes.map(({ fields, name }) => `${name} (${fields.map(({ field, kind }) => `${field}: ${kind}`).join(", ")})`)

const rendered = (categories: ReadonlyArray<string> | undefined): string =>
  categories === undefined ? "all categories" : `the categories ${categories.join(", ")}`

const sorted = (texts: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(texts)].toSorted()

/** The kind of a runnable. */
export type RunnableKind = "projection" | "process" | "consumer"

/** The kind of the runnable with a definition that `render` returned. */
export const runnableKind = (rendered: string): RunnableKind => {
  const { kind } = parse(rendered)
  return kind === "process" || kind === "consumer" ? kind : "projection"
}
