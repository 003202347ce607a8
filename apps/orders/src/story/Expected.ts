/** Failures that the story expects. */
import { Effect, Result } from "effect"

/** The failure of an effect. Dies if it succeeds, because the story would then be wrong. */
export const failureOf = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<E, never, R> =>
  Effect.flatMap(
    Effect.result(effect),
    (result) =>
      Result.isFailure(result)
        ? Effect.succeed(result.failure)
        : Effect.die(new Error("the story expects a failure at this point"))
  )
