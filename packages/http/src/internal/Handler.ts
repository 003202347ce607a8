/** From a request to a response: sizes, route, method, correlation; every failure becomes a problem. */
import { Causation } from "@refold/store/log/Causation"
import { EventIds } from "@refold/store/log/EventIds"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Tracer from "effect/Tracer"
import * as Problem from "../Problem.ts"
import { correlationIdOf, traceOf } from "../RequestHeaders.ts"
import { Refused } from "./AggregateResource.ts"
import * as Answer from "./Answer.ts"
import type { Api } from "./Definition.ts"
import { type Found, type HandlerState, resolve } from "./Dispatch.ts"
import * as FailureLog from "./FailureLog.ts"
import * as OpenApi from "./OpenApi.ts"
import type { Services } from "./Services.ts"

/** Answers requests; `close` ends the streams of events that are open. */
export interface Handler<R> {
  readonly handle: (request: Request) => Effect.Effect<Response, never, Services | R>
  readonly close: Effect.Effect<void>
}

/** Makes a handler. Make it once: it keeps the idempotency keys of requests in progress. */
export const make = <R>(api: Api<R>): Handler<R> => {
  const closing = Deferred.makeUnsafe<void>()
  let document: Answer.Answer | undefined
  const state = {
    inFlight: new Set<string>(),
    closing: Deferred.await(closing),
    document: () => document ??= Answer.json(OpenApi.documentOf(api))
  }
  return {
    handle: (request) =>
      Effect.flatMap(correlationOf(request), (correlation) => {
        const id = Result.getOrUndefined(correlation)
        const answer = Effect.andThen(
          Effect.fromResult(correlation),
          Effect.suspend(() => answerTo(api, request, state))
        ).pipe(
          Effect.catchCause((cause) => answerOf(request, cause)),
          inTrace(request),
          id === undefined
            ? (effect) => effect
            : Effect.updateService(Causation, (cause) => ({ ...cause, correlationId: id }))
        )
        return Effect.map(
          answer,
          (one) => Answer.toResponse(request, one, id === undefined ? {} : { "x-correlation-id": id })
        )
      }),
    close: Effect.asVoid(Deferred.succeed(closing, undefined))
  }
}

// Spans of the request are children of the client's.
const inTrace = (request: Request) => {
  const parent = traceOf(request.headers)
  return <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    parent === undefined ? effect : Effect.provideService(effect, Tracer.ParentSpan, Tracer.externalSpan(parent))
}

const correlationOf = (request: Request) => {
  const given = correlationIdOf(request.headers)
  return Result.isSuccess(given) && given.success === undefined
    ? Effect.flatMap(EventIds, Effect.map((id) => Result.succeed<string>(id)))
    : Effect.succeed(Result.map(given, (id) => id ?? ""))
}

const answerTo = <R>(
  api: Api<R>,
  request: Request,
  state: HandlerState
): Effect.Effect<Answer.Answer, unknown, Services | R> =>
  Effect.gen(function*() {
    yield* checkSizes(api.limits, request)
    const url = new URL(request.url)
    const found = yield* Effect.fromResult(resolve(api, url.pathname))
    if (found === undefined) {
      return yield* new Problem.HttpProblem({ status: 404, name: "NotFound", reason: "there is no such route" })
    }
    return yield* byMethod(request, found, () => found.run(api, request, url, state))
  })

const byMethod = <R>(
  { method }: Request,
  found: Found,
  run: () => Effect.Effect<Answer.Answer, unknown, R>
): Effect.Effect<Answer.Answer, unknown, R> => {
  const methods = found.method === "GET" ? ["GET", "HEAD"] : [found.method]
  const allow = [...methods, "OPTIONS"].join(", ")
  if (methods.includes(method)) return run()
  if (method === "OPTIONS") return Effect.succeed({ status: 204, headers: { allow }, body: null })
  const reason = `the methods of this path are ${allow}`
  return Effect.fail(
    new Problem.HttpProblem({ status: 405, name: "MethodNotAllowed", reason, headers: { allow } })
  )
}

const checkSizes = (limits: Api["limits"], { headers, url }: Request): Effect.Effect<void, Problem.HttpProblem> => {
  if (url.length > limits.url) {
    const reason = `a URL must not be longer than ${limits.url} characters`
    return Effect.fail(new Problem.HttpProblem({ status: 414, name: "UriTooLong", reason }))
  }
  let size = 0
  for (const [name, value] of headers) size += name.length + value.length
  if (size <= limits.headers) return Effect.void
  const reason = `all headers together must not be longer than ${limits.headers} characters`
  return Effect.fail(new Problem.HttpProblem({ status: 431, name: "HeadersTooLarge", reason }))
}

const answerOf = (request: Request, cause: Cause.Cause<unknown>): Effect.Effect<Answer.Answer> => {
  const failure = Cause.findError(cause)
  const problem = Result.isSuccess(failure)
    ? problemOf(request, failure.success)
    : Problem.problemOf(new Error("defect"))
  const answer = Effect.succeed(Answer.ofProblem(problem))
  if (problem.status < 500) return answer
  // The client sees no cause.
  return Effect.andThen(FailureLog.log(request, problem, { error: Cause.squash(cause), all: cause }), answer)
}

const problemOf = ({ headers }: Request, error: unknown): Problem.Problem =>
  error instanceof Refused
    ? Problem.refusalOf(error.refusal, { refusal: error.status })
    : Problem.problemOf(error, { conditional: headers.has("if-match") || headers.has("if-none-match") })
