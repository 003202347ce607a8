/** The states of a fold to JSON and back, as total functions, whatever the user's schema does. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { InvalidInput } from "../../event/InvalidInput.ts"
import * as Json from "../../event/Json.ts"

/** Writes and reads states. */
export interface StateCodec<State> {
  readonly encode: (state: State) => Result.Result<Json.Json, InvalidInput>
  readonly decode: (stored: Json.Json) => Result.Result<State, string>
  /** What the encoded form looks like, as a JSON Schema document and as its text. */
  readonly schema: { readonly document: JsonSchema; readonly text: string }
}

/** What this package reads of a JSON Schema. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/**
 * A codec of a state's schema. Whatever that encodes to (dates, maps …) becomes JSON; one that has no such form is
 * `InvalidInput` for `field`.
 */
export const make = <State>(
  state: Schema.ConstraintCodec<State, unknown>,
  field: string
): Result.Result<StateCodec<State>, InvalidInput> => {
  try {
    return Result.succeed(compile(state))
  } catch (error) {
    return Result.fail(new InvalidInput({ field, rule: `must have a form in JSON: ${String(error)}` }))
  }
}

const compile = <State>(state: Schema.ConstraintCodec<State, unknown>): StateCodec<State> => {
  const codec = Schema.toCodecJson(state)
  const encode = Schema.encodeUnknownResult(codec)
  const decode = Schema.decodeUnknownResult(codec)
  // A document is plain JSON.
  const document = Schema.toJsonSchemaDocument(codec) as unknown as JsonSchema
  return {
    encode: (value) =>
      attempt(() => encode(value)).pipe(
        Result.mapError((rule) => new InvalidInput({ field: "state", rule })),
        Result.flatMap((encoded) => Json.storable(encoded, "state"))
      ),
    decode: (stored) => attempt(() => decode(stored)),
    schema: { document, text: JSON.stringify(document) }
  }
}

// A user's transformation may throw.
const attempt = <A>(run: () => Result.Result<A, { readonly message: string }>): Result.Result<A, string> => {
  try {
    return Result.mapError(run(), ({ message }) => message)
  } catch (error) {
    return Result.fail(`the schema threw ${String(error)}`)
  }
}
