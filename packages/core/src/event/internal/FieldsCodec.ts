/** Encodes and decodes the fields of one version of an event type. Never throws, even if the user's schema does. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type { FieldsSchema } from "../EventType.ts"
import { attemptResult, ofSchema } from "./Reason.ts"

/** Encodes and decodes fields; a failure is the reason. */
export interface FieldsCodec {
  readonly encode: (fields: object) => Result.Result<unknown, string>
  readonly decode: (data: unknown) => Result.Result<object, string>
  /** Checks decoded fields, and leaves out what the schema does not have. */
  readonly validate: (fields: unknown) => Result.Result<object, string>
}

/** Makes a codec of a fields schema. Encoded values that are not JSON (dates, bigints …) become JSON. */
export const make = (schema: FieldsSchema<object>): FieldsCodec => {
  if (namesOf(schema)?.length === 0) return withoutFields
  const codec = Schema.toCodecJson(schema)
  return {
    encode: total(Schema.encodeUnknownResult(codec)),
    decode: total(Schema.decodeUnknownResult(codec)),
    validate: noPromise(total(Schema.decodeUnknownResult(Schema.toType(schema))))
  }
}

/** The names of the fields of a struct, or of all members of a union; undefined for other schemas. */
export const namesOf = ({ ast }: FieldsSchema<object>): ReadonlyArray<PropertyKey> | undefined =>
  namesIn(SchemaAST.toType(ast))

/** Whether the schema makes instances of a class; an event is a plain object. */
export const isClass = ({ ast }: FieldsSchema<object>): boolean => SchemaAST.toType(ast)._tag === "Declaration"

const namesIn = (ast: SchemaAST.AST): ReadonlyArray<PropertyKey> | undefined => {
  if (ast._tag === "Union") return ast.types.flatMap((member) => namesIn(member) ?? [])
  return ast._tag === "Objects" && ast.indexSignatures.length === 0
    ? ast.propertySignatures.map(({ name }) => name)
    : undefined
}

// Effect's struct without fields accepts and keeps any value. Here it accepts objects and drops their keys, as other
// structs do.
const emptyOf = (data: unknown): Result.Result<object, string> =>
  typeof data === "object" && data !== null && !Array.isArray(data)
    ? Result.succeed({})
    : Result.fail("Expected an object")

// A promise would be an object without the fields, and fit a schema whose fields are all optional.
const noPromise = (validate: FieldsCodec["validate"]): FieldsCodec["validate"] => (fields) =>
  fields instanceof Promise ? Result.fail("Expected an object, got a promise") : validate(fields)

const withoutFields: FieldsCodec = {
  encode: () => Result.succeed({}),
  decode: emptyOf,
  validate: noPromise(emptyOf)
}

// The transformations in a schema are the user's, and may throw.
const total =
  <Out>(run: (input: unknown) => Result.Result<Out, Schema.SchemaError>) =>
  (input: unknown): Result.Result<Out, string> =>
    attemptResult(() => Result.mapError(run(input), ofSchema), "the schema")
