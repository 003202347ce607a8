/** Copies of the initial state of a projection, so that no row can change the initial state of the next. */
import * as Result from "effect/Result"
import type { Projection } from "../Projection.ts"

/** Gives a copy at each call; the state itself if it does not fit its schema. */
export const copies = <State>(
  { decode, encode, initialState }: Pick<Projection<never, State, string>, "decode" | "encode" | "initialState">
): () => Result.Result<State, string> => {
  const encoded = encode(initialState)
  return Result.isSuccess(encoded) ? () => decode(encoded.success) : () => Result.succeed(initialState)
}
