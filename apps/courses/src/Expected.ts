/** Failures that an exercise expects. */
import { Data, Effect, Result } from "effect"

/** An exercise expects a failure and got a success. */
export class NotRefused extends Data.TaggedError("NotRefused")<{}> {
  override get message(): string {
    return "the exercise expects a failure at this point, and there was none"
  }
}

/** The failure of an effect. Fails with `NotRefused` if it succeeds. */
export const failureOf = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<E, NotRefused, R> =>
  Effect.flatMap(
    Effect.result(effect),
    (result) => Result.isFailure(result) ? Effect.succeed(result.failure) : Effect.fail(new NotRefused())
  )
