/**
 * The indexes of a projection's rows: the fields of the encoded state that rows can be filtered and sorted by. Rows are
 * sorted by the fields of an index in their order, then by key.
 */
import * as Result from "effect/Result"
import { invalid, type InvalidInput } from "../../event/InvalidInput.ts"
import type { Json, JsonObject } from "../../event/Json.ts"
import * as NewEvent from "../../event/NewEvent.ts"
import * as FieldKind from "./FieldKind.ts"
import { fits, type Kind, maxText, ruleOf, type Scalar } from "./RowValue.ts"

/** A field of the encoded state in an index: every state has it, with the same kind of value. */
export interface IndexField {
  readonly field: string
  readonly kind: Kind
}

/** An index: its name and its fields, in order. */
export interface RowIndex {
  readonly name: string
  readonly fields: ReadonlyArray<IndexField>
}

/** Maximum number of fields of an index: PostgreSQL's indexes have 32 columns, and adapters add some of their own. */
const maxFields = 16

/**
 * Finds the kinds of the indexes' fields in the schema of the encoded state. Fails with `InvalidInput` for the index if
 * a field may be absent or null, is not a string, finite number or boolean in every state, or is a string whose order is
 * not that of the values.
 */
export const compile = (
  indexes: Readonly<Record<string, ReadonlyArray<string>>>,
  schema: FieldKind.StateSchema
): Result.Result<ReadonlyArray<RowIndex>, InvalidInput> =>
  Result.all(Object.entries(indexes).map(([name, fields]) => compileOne(name, fields, schema)))

const compileOne = (
  name: string,
  fields: ReadonlyArray<string>,
  schema: FieldKind.StateSchema
): Result.Result<RowIndex, InvalidInput> =>
  Result.gen(function*() {
    const path = `indexes.${name}`
    yield* NewEvent.checkName(name, path)
    if (fields.length < 1 || fields.length > maxFields)
      return yield* invalid(path, `must have 1 to ${maxFields} fields`)
    if (new Set(fields).size < fields.length)
      return yield* invalid(path, "must not have a field twice")
    const typed: Array<IndexField> = []
    for (const field of fields) {
      const kind = FieldKind.kindOf(field, schema)
      if (Result.isFailure(kind)) return yield* invalid(path, kind.failure)
      typed.push({ field, kind: kind.success })
    }
    return { name, fields: typed }
  })

/** Checks a state. Fails with `InvalidInput` for the first index whose strings exceed `maxText`, or that cannot sort it. */
export const check = (indexes: ReadonlyArray<RowIndex>, state: Json): Result.Result<Json, InvalidInput> => {
  for (const { fields, name } of indexes) {
    const unfit = fields.find((field) => field.kind !== "Text" && !fits(field.kind, valuesOf([field], state)[0]))
    if (unfit !== undefined) {
      return invalid("state", `${ruleOf(unfit.kind)} in field "${unfit.field}" of index "${name}"`)
    }
    const length = valuesOf(fields, state).reduce<number>((sum, value) => sum + lengthOf(value), 0)
    if (length > maxText) {
      const names = fields.map(({ field }) => field).join(", ")
      const rule = `must not have more than ${maxText} characters in the fields of index "${name}" (${names})`
      return invalid("state", rule)
    }
  }
  return Result.succeed(state)
}

/** The values of an index's fields in an encoded state. */
export const valuesOf = (fields: ReadonlyArray<IndexField>, state: Json): ReadonlyArray<Scalar> =>
  // `compile` checked that every state has them.
  fields.map(({ field }) => (state as JsonObject)[field] as Scalar)

const lengthOf = (value: Scalar): number => typeof value === "string" ? value.length : 0
