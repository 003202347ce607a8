/** Encodes and decodes states as JSON. Never throws, even if the user's schema does. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import { attemptResult, ofSchema } from "../../event/internal/Reason.ts"
import { storedLength } from "../../event/internal/StoredLength.ts"
import { invalid, InvalidInput } from "../../event/InvalidInput.ts"
import * as Json from "../../event/Json.ts"
import * as SizeLimits from "../../journal/SizeLimits.ts"

/** Encodes and decodes states; a failure of `decode` is the reason. */
export interface StateCodec<State> {
  readonly encode: (state: State) => Result.Result<Json.Json, InvalidInput>
  readonly decode: (stored: Json.Json) => Result.Result<State, string>
  /** The schema of the encoded state as a JSON Schema document and as its text, and the codec's own. */
  readonly schema: { readonly document: JsonSchema; readonly text: string; readonly ast: SchemaAST.AST }
}

/** A JSON Schema; its keywords are read one by one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/**
 * Makes a codec of a state's schema. Encoded values that are not JSON (dates, maps …) become JSON. Fails with
 * `InvalidInput` for `field` if the schema has no form in JSON.
 */
export const make = <State>(
  state: Schema.ConstraintCodec<State, unknown>,
  field: string
): Result.Result<StateCodec<State>, InvalidInput> => {
  try {
    return Result.succeed(compile(state))
  } catch (error) {
    return invalid(field, `must have a form in JSON: ${String(error)}`)
  }
}

const compile = <State>(state: Schema.ConstraintCodec<State, unknown>): StateCodec<State> => {
  const codec = Schema.toCodecJson(state)
  const encode = Schema.encodeUnknownResult(codec)
  const decode = Schema.decodeUnknownResult(codec)
  // A document is plain JSON.
  const document = Schema.toJsonSchemaDocument(codec) as unknown as JsonSchema
  return {
    // Run for every event of a projection: without a pipe.
    encode: (value) => {
      const encoded = attempt(() => encode(value))
      if (Result.isFailure(encoded)) return Result.fail(new InvalidInput({ field: "state", rule: encoded.failure }))
      const storable = Json.storable(encoded.success, "state")
      return Result.isFailure(storable) ? storable : checkSize(storable.success)
    },
    decode: (stored) => attempt(() => decode(stored)),
    schema: { document, text: JSON.stringify(document), ast: codec.ast }
  }
}

// As event data: a larger row or snapshot could be stored, and not be read again.
const maxSize = SizeLimits.defaults.eventData

/** Checks the size of an encoded state. Fails with `InvalidInput`. */
export const checkSize = <State extends Json.Json>(state: State): Result.Result<State, InvalidInput> =>
  storedLength(state) > maxSize
    ? invalid("state", `must not be longer than ${maxSize} bytes as JSON text`)
    : Result.succeed(state)

// A user's transformation may throw.
const attempt = <A>(run: () => Result.Result<A, { readonly message: string }>): Result.Result<A, string> =>
  attemptResult(() => Result.mapError(run(), ofSchema), "the schema")
