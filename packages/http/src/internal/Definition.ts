/** The definition of an API, and the same checked. */
import { invalid, InvalidInput } from "@refold/core/event/InvalidInput"
import type * as Middleware from "@refold/store/app/Middleware"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { AggregateResource } from "./AggregateResource.ts"
import { reserved } from "./Routes.ts"
import type { RowsResource } from "./RowsResource.ts"

/** A command or a query, for the rule that allows it: `resource` is the aggregate, the projection or `events`. */
export type Call = Middleware.Call & { readonly resource: string }

/**
 * The result of a rule. The actor is stored in the metadata of the events. Denied with `challenge`, the answer is 401 with
 * this text as `WWW-Authenticate`, otherwise 403.
 */
export type Decision =
  | { readonly allow: true; readonly actor?: string | undefined }
  | { readonly allow: false; readonly reason: string; readonly challenge?: string | undefined }

/** Sizes beyond which a request is refused before it is parsed. */
export interface Limits {
  /** Bytes of a body; 1 MiB by default. */
  readonly body?: number | undefined
  /** Nested arrays and objects in a body; 64 by default. */
  readonly depth?: number | undefined
  /** Characters of a URL; 8,192 by default. */
  readonly url?: number | undefined
  /** Characters of all headers; 16,384 by default. */
  readonly headers?: number | undefined
}

/** The events that `GET /events` sends. */
export interface EventsOptions {
  /** Only events of these categories; by default those of the aggregates of the API. */
  readonly categories?: ReadonlyArray<string> | undefined
  /** Only events of these stored types; all by default. */
  readonly types?: ReadonlyArray<string> | undefined
  /** The interval of comments that keep a quiet connection open; 15 seconds by default. */
  readonly keepAlive?: Duration.Input | undefined
  /** The delay before a client connects again; 3 seconds by default. */
  readonly retry?: Duration.Input | undefined
}

/** The definition of an API. */
export interface Definition<R = never> {
  /** Aggregates by the first segment of their paths, made by `Http.aggregate`; `rows` is no such name. */
  readonly aggregates?: Readonly<Record<string, Result.Result<AggregateResource, InvalidInput>>> | undefined
  /** Rows by their segment after `/rows/`, made by `Http.rows`. */
  readonly rows?: Readonly<Record<string, RowsResource>> | undefined
  /** Serves `GET /events`; not served by default, because it shows stored events as they are. */
  readonly events?: EventsOptions | undefined
  /** The path before all routes, such as `/api`; empty by default. */
  readonly prefix?: string | undefined
  /** `info` of the OpenAPI document. */
  readonly info?: { readonly title: string; readonly version: string } | undefined
  /**
   * Allows or denies each command and query, by the request and the parsed call; everything is allowed by default.
   * It is not called for `/health`, `/ready` and `/openapi.json`. A rule that fails or throws denies with 500.
   */
  readonly authorize?:
    | ((call: Call, request: Request) => Decision | Promise<Decision> | Effect.Effect<Decision, unknown, R>)
    | undefined
  /** Middleware around each command and query that was allowed, the first outermost; none by default. */
  readonly middleware?: ReadonlyArray<Middleware.Middleware> | undefined
  /** Sizes beyond which a request is refused. */
  readonly limits?: Limits | undefined
  /** The timeout of receiving a body (408); 30 seconds by default. */
  readonly bodyTimeout?: Duration.Input | undefined
  /** The timeout of `?after=` (503); 5 seconds by default. */
  readonly awaitTimeout?: Duration.Input | undefined
}

/** A definition, checked. */
export interface Api<R = never> extends Omit<Definition<R>, "aggregates" | "rows" | "limits"> {
  readonly aggregates: ReadonlyMap<string, AggregateResource>
  readonly rows: ReadonlyMap<string, RowsResource>
  readonly prefix: string
  readonly limits: { readonly [Limit in keyof Limits]-?: number }
}

/** Checks a definition. Fails with `InvalidInput` for the part that breaks a rule. */
export const make = <R = never>(definition: Definition<R>): Result.Result<Api<R>, InvalidInput> =>
  Result.gen(function*() {
    const { aggregates = {}, limits = {}, prefix = "", rows = {} } = definition
    if (prefix !== "" && !/^(\/[\w.~-]+)+$/.test(prefix)) {
      return yield* invalid("prefix", "must be empty or a path such as /api, without a slash at its end")
    }
    yield* checkDurations(definition)
    const checked = new Map<string, AggregateResource>()
    for (const [name, resource] of Object.entries(aggregates)) {
      const field = `aggregates.${name}`
      if (reserved.includes(name) || name === "") return yield* invalid(field, "must have another name")
      checked.set(name, yield* Result.mapError(resource, (error) => withPath(field, error)))
    }
    return {
      ...definition,
      prefix,
      aggregates: checked,
      rows: new Map(Object.entries(rows)),
      limits: yield* checkLimits(limits)
    }
  })

const checkDurations = (
  { awaitTimeout, bodyTimeout, events }: Pick<Definition, "awaitTimeout" | "bodyTimeout" | "events">
): Result.Result<void, InvalidInput> => {
  const { keepAlive, retry } = events ?? {}
  const durations = { awaitTimeout, bodyTimeout, "events.keepAlive": keepAlive, "events.retry": retry }
  for (const [field, duration] of Object.entries(durations)) {
    if (duration === undefined) continue
    const isPositive = Option.exists(Duration.fromInput(duration), (one) => Duration.toMillis(one) > 0)
    if (!isPositive) return invalid(field, "must be a duration above zero")
  }
  return Result.void
}

const withPath = (path: string, { field, rule }: InvalidInput): InvalidInput =>
  new InvalidInput({ field: `${path}.${field}`, rule })

const defaults = { body: 1024 * 1024, depth: 64, url: 8192, headers: 16_384 }

const checkLimits = (limits: Limits): Result.Result<Api["limits"], InvalidInput> => {
  const checked = { ...defaults }
  for (const name of ["body", "depth", "url", "headers"] as const) {
    const limit = limits[name] ?? defaults[name]
    if (!Number.isSafeInteger(limit) || limit < 1) return invalid(`limits.${name}`, "must be a whole number from 1")
    checked[name] = limit
  }
  return Result.succeed(checked)
}
