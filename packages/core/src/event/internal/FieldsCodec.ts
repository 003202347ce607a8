/** The fields of one version of an event type to JSON and back, as total functions, whatever the user's schema does. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type { FieldsSchema } from "../EventType.ts"

/** Failures say why. */
export interface FieldsCodec {
  readonly encode: (fields: object) => Result.Result<unknown, string>
  readonly decode: (data: unknown) => Result.Result<object, string>
}

/** A codec of a fields schema. Whatever the schema encodes to (dates, bigints …) becomes JSON. */
export const make = (schema: FieldsSchema<object>): FieldsCodec => {
  if (namesOf(schema)?.length === 0) return withoutFields
  const codec = Schema.toCodecJson(schema)
  return { encode: total(Schema.encodeUnknownResult(codec)), decode: total(Schema.decodeUnknownResult(codec)) }
}

/** The names of the fields of a struct, or of all members of a union; undefined where they cannot be told. */
export const namesOf = ({ ast }: FieldsSchema<object>): ReadonlyArray<PropertyKey> | undefined =>
  namesIn(SchemaAST.toType(ast))

/** Whether the schema makes instances of a class, which an event, being a plain object, cannot be. */
export const isClass = ({ ast }: FieldsSchema<object>): boolean => SchemaAST.toType(ast)._tag === "Declaration"

const namesIn = (ast: SchemaAST.AST): ReadonlyArray<PropertyKey> | undefined => {
  if (ast._tag === "Union") return ast.types.flatMap((member) => namesIn(member) ?? [])
  return ast._tag === "Objects" && ast.indexSignatures.length === 0
    ? ast.propertySignatures.map(({ name }) => name)
    : undefined
}

// A struct without fields takes any value and keeps all of it; here it is an object like any other, of which unknown
// keys are dropped.
const withoutFields: FieldsCodec = {
  encode: () => Result.succeed({}),
  decode: (data) =>
    typeof data === "object" && data !== null && !Array.isArray(data)
      ? Result.succeed({})
      : Result.fail("Expected an object")
}

// The transformations in a schema are the user's, and may throw.
const total =
  <Out>(run: (input: unknown) => Result.Result<Out, Schema.SchemaError>) =>
  (input: unknown): Result.Result<Out, string> => {
    try {
      return Result.mapError(run(input), ({ message }) => message)
    } catch (error) {
      return Result.fail(String(error))
    }
  }
