/** `POST /{aggregate}/{id}/{command}`: parses a command, runs the rule, handles the command and returns its answer. */
import { invalid } from "@refold/core/event/InvalidInput"
import type { HandleOptions } from "@refold/store/decide/CommandHandler"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { HttpProblem } from "../Problem.ts"
import { handleOptionsOf } from "../RequestHeaders.ts"
import type { AggregateResource, ShownAnswer } from "./AggregateResource.ts"
import * as Answer from "./Answer.ts"
import type { Api } from "./Definition.ts"
import { allowed } from "./Permission.ts"
import * as QueryParameters from "./QueryParameters.ts"
import * as RequestBody from "./RequestBody.ts"
import type { Services } from "./Services.ts"

/** A command in a path. */
export interface Target {
  readonly name: string
  readonly aggregate: AggregateResource
  readonly id: string
  readonly command: string
}

/** Handles the command of a request. `inFlight` are the idempotency keys of requests in progress. */
export const send = <R>(
  api: Api<R>,
  request: Request,
  url: URL,
  { aggregate, command, id, name }: Target,
  inFlight: Set<string>
): Effect.Effect<Answer.Answer, unknown, Services | R> =>
  Effect.gen(function*() {
    yield* Effect.fromResult(QueryParameters.read(url, () => false))
    const options = yield* Effect.fromResult(handleOptionsOf(request.headers))
    yield* checkRequired(aggregate, options)
    const body = yield* RequestBody.read(request, api.limits, api.bodyTimeout ?? "30 seconds")
    const { payload, send } = yield* Effect.fromResult(aggregate.parse(id, command, body))
    const call = { kind: "Command", tag: command, payload, id, options, resource: name } as const
    // The correlation id is in the context already.
    const { metadata: _, ...sent } = options
    return show(yield* allowed(api, request, call, send(sent), (run) => once(inFlight, options, run)))
  })

const checkRequired = (
  { options }: AggregateResource,
  { expected, idempotencyKey }: HandleOptions
): Effect.Effect<unknown, unknown> => {
  if (options.requirePrecondition === true && expected === undefined) {
    const reason = "the command needs If-Match with the ETag of the state it is about, or If-None-Match: *"
    return Effect.fail(new HttpProblem({ status: 428, name: "PreconditionRequired", reason }))
  }
  return options.requireIdempotencyKey === true && idempotencyKey === undefined
    ? Effect.fromResult(invalid("Idempotency-Key", "must be given for this command"))
    : Effect.void
}

// The store answers a repeated key by itself. This check avoids a second decision while the first request runs.
const once = <A, E, R>(
  inFlight: Set<string>,
  { idempotencyKey: key }: HandleOptions,
  send: Effect.Effect<A, E, R>
): Effect.Effect<A, E | HttpProblem, R> =>
  key === undefined ? send : Effect.suspend((): Effect.Effect<A, E | HttpProblem, R> => {
    if (inFlight.has(key)) return Effect.fail(busy)
    inFlight.add(key)
    return Effect.ensuring(send, Effect.sync(() => inFlight.delete(key)))
  })

const busy = new HttpProblem({
  status: 409,
  name: "RequestInFlight",
  reason: "a request with this idempotency key is in progress: repeat it later",
  headers: { "retry-after": "1" }
})

const show = ({ deduplicated, events, loaded, state }: ShownAnswer): Answer.Answer => {
  const { position, recordedAt, stream, version } = loaded
  const place = version === 0 ? {} : { recordedAt: DateTime.formatIso(recordedAt) }
  const body = { stream, version, position, ...place, events, ...(state === undefined ? {} : { state }) }
  return Answer.json(body, {
    "cache-control": "no-store",
    ...Answer.placeHeaders(loaded),
    ...(deduplicated ? { "idempotency-replayed": "true" } : {})
  })
}
