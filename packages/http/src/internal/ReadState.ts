/** `GET /{aggregate}/{id}`: the state of an aggregate, now or as of a past point. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { HttpProblem } from "../Problem.ts"
import { etagOf } from "../RequestHeaders.ts"
import type { AggregateResource } from "./AggregateResource.ts"
import * as Answer from "./Answer.ts"
import type { Api } from "./Definition.ts"
import { allowed } from "./Permission.ts"
import * as QueryParameters from "./QueryParameters.ts"
import type { Services } from "./Services.ts"

/** The state, 304 if the client has its version, or 404 if the stream has no events at the point. */
export const read = <R>(
  api: Api<R>,
  request: Request,
  url: URL,
  { aggregate, id, name }: { readonly name: string; readonly aggregate: AggregateResource; readonly id: string }
): Effect.Effect<Answer.Answer, unknown, Services | R> =>
  Effect.gen(function*() {
    const asOf = yield* Effect.fromResult(QueryParameters.pastPoint(url))
    const payload = { _tag: "State", aggregate: name, id, asOf }
    const call = { kind: "Query", tag: "State", payload, resource: name } as const
    const load = Effect.mapError(aggregate.load(id, asOf), QueryParameters.asParameter)
    const { loaded, state } = yield* allowed(api, request, call, load)
    const { isComplete, position, recordedAt, stream, version } = loaded
    if (version === 0) {
      return yield* new HttpProblem({ status: 404, name: "NotFound", reason: "the stream has no events at this point" })
    }
    const headers = Answer.placeHeaders(loaded)
    if (hasVersion(request.headers.get("if-none-match"), version)) {
      return { status: 304, headers: { ...headers, "cache-control": "no-cache" }, body: null }
    }
    const body = { stream, version, position, recordedAt: DateTime.formatIso(recordedAt), isComplete, state }
    return Answer.json(body, headers)
  })

// If-None-Match compares weakly.
const hasVersion = (given: string | null, version: number): boolean =>
  given !== null &&
  given.split(",").map((one) => one.trim().replace(/^W\//, "")).some((one) => one === "*" || one === etagOf(version))
