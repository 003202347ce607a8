/** Runs the rule of an API, then the allowed call in the middleware of the API, with its actor. */
import * as Middleware from "@refold/store/app/Middleware"
import { Causation } from "@refold/store/log/Causation"
import * as Effect from "effect/Effect"
import { HttpProblem } from "../Problem.ts"
import type { Api, Call, Decision } from "./Definition.ts"

/**
 * Runs an effect if the call is allowed. Fails with `Forbidden`, or with an `HttpProblem` of status 401. `around` is run
 * outside of the middleware.
 */
export const allowed = <A, E, S, R>(
  { authorize, middleware = [] }: Pick<Api<R>, "authorize" | "middleware">,
  request: Request,
  call: Call,
  next: Effect.Effect<A, E, S>,
  around: (run: Effect.Effect<A, E, S>) => Effect.Effect<A, unknown, S> = (run) => run
): Effect.Effect<A, unknown, S | R> => {
  const run = around(Middleware.apply(middleware, call)(next))
  if (authorize === undefined) return run
  return Effect.flatMap(
    Effect.suspend(() => decide(authorize(call, request))),
    (decision): Effect.Effect<A, unknown, S> => {
      // In untyped code, a rule may return any value.
      if (!Object.is(decision.allow, true)) return Effect.fail(refuse(call, decision))
      const actor = decision.allow ? decision.actor : undefined
      return actor === undefined
        ? run
        : Effect.updateService(run, Causation, (cause) => ({ ...cause, actor }))
    }
  )
}

// The error of a rule is not shown to the client.
const decide = <R>(
  decision: Decision | Promise<Decision> | Effect.Effect<Decision, unknown, R>
): Effect.Effect<Decision, never, R> => {
  if (Effect.isEffect(decision)) return Effect.orDie(decision)
  return decision instanceof Promise ? Effect.promise(() => decision) : Effect.succeed(decision)
}

const refuse = ({ tag }: Call, decision: Decision): HttpProblem | Middleware.Forbidden => {
  const { challenge, reason } = decision.allow ? { challenge: undefined, reason: "" } : decision
  return challenge === undefined
    ? new Middleware.Forbidden({ tag, reason })
    : new HttpProblem({ status: 401, name: "Unauthenticated", reason, headers: { "www-authenticate": challenge } })
}
