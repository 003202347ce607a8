/** `GET /rows/{projection}` and `GET /rows/{projection}/{key}`: rows of a projection. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { HttpProblem } from "../Problem.ts"
import * as Answer from "./Answer.ts"
import type { Api } from "./Definition.ts"
import { allowed } from "./Permission.ts"
import * as QueryParameters from "./QueryParameters.ts"
import type { RowsResource } from "./RowsResource.ts"
import type { Services } from "./Services.ts"

/** Rows in a path. */
export interface Target {
  readonly name: string
  readonly rows: RowsResource
}

/** One row, or 404. */
export const one = <R>(
  api: Api<R>,
  request: Request,
  url: URL,
  { key, name, rows }: Target & { readonly key: string }
): Effect.Effect<Answer.Answer, unknown, Services | R> =>
  Effect.gen(function*() {
    const found = yield* Effect.fromResult(QueryParameters.read(url, (parameter) => parameter === "after"))
    const after = yield* Effect.fromResult(QueryParameters.positionOf(found))
    const payload = { _tag: "Row", projection: name, key }
    const call = { kind: "Query", tag: "Row", payload, resource: name } as const
    const row = yield* allowed(api, request, call, Effect.andThen(reach(api, rows, after), rows.get(key)))
    if (Option.isNone(row)) {
      return yield* new HttpProblem({ status: 404, name: "NotFound", reason: "there is no row with this key" })
    }
    return Answer.json(row.value, { "refold-position": String(row.value.position) })
  })

/** A page of rows. */
export const page = <R>(
  api: Api<R>,
  request: Request,
  url: URL,
  { name, rows }: Target
): Effect.Effect<Answer.Answer, unknown, Services | R> =>
  Effect.gen(function*() {
    const { after, query } = yield* Effect.fromResult(QueryParameters.rowQuery(url, rows))
    const payload = { _tag: "Rows", projection: name, query }
    const call = { kind: "Query", tag: "Rows", payload, resource: name } as const
    const read = Effect.mapError(rows.query(query), QueryParameters.asParameter)
    const found = yield* allowed(api, request, call, Effect.andThen(reach(api, rows, after), read))
    return Answer.json(found, { "refold-position": String(found.position) })
  })

const reach = <R>(
  { awaitTimeout }: Api<R>,
  rows: RowsResource,
  after: Parameters<RowsResource["reach"]>[0] | undefined
) => after === undefined ? Effect.void : rows.reach(after, awaitTimeout)
