/**
 * The headers of a request that control the handling of a command: `If-Match` and `If-None-Match`, `Idempotency-Key`,
 * `X-Correlation-Id` and `traceparent`.
 */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as NewEvent from "@refold/core/event/NewEvent"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { HandleOptions } from "@refold/store/decide/CommandHandler"
import * as Result from "effect/Result"
import { HttpProblem } from "./Problem.ts"

/** The headers of a request: those of `fetch`, of Hono, or the object of `node:http`, Express and Fastify. */
export type HeadersInput =
  | { readonly get: (name: string) => string | null | undefined }
  | { readonly [name: string]: string | ReadonlyArray<string> | undefined }

/** The strong entity tag of a version: `"7"`. */
export const etagOf = (version: number): string => `"${version}"`

/** The version of a strong entity tag, `undefined` for any other text. */
export const versionOf = (etag: string): number | undefined => {
  const version = Number(/^"(\d{1,16})"$/.exec(etag)?.[1] ?? NaN)
  return Number.isSafeInteger(version) ? version : undefined
}

/**
 * The options of a command. `If-Match: "7"` is the expected version 7, `If-Match: *` an existing stream, `If-None-Match: *`
 * no stream. `Idempotency-Key` is a text with or without quotes. The correlation id is `X-Correlation-Id`, else the trace id of
 * `traceparent`; a malformed `traceparent` is ignored. Fails with `InvalidInput` that names the header, and with an
 * `HttpProblem` of status 412 for an entity tag that is no version, which can match none.
 */
export const handleOptionsOf = (headers: HeadersInput): Result.Result<HandleOptions, InvalidInput | HttpProblem> =>
  Result.gen(function*() {
    const expected = yield* expectedOf(read(headers, "if-match"), read(headers, "if-none-match"))
    const idempotencyKey = yield* keyOf(read(headers, "idempotency-key"))
    const correlationId = yield* correlationIdOf(headers)
    return {
      ...(expected === undefined ? {} : { expected }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(correlationId === undefined ? {} : { metadata: { correlationId } })
    }
  })

/** As `handleOptionsOf`, throws the error. */
export const handleOptionsOfUnsafe = (headers: HeadersInput): HandleOptions =>
  Result.getOrThrow(handleOptionsOf(headers))

/** The correlation id of a request, if it has one. Fails with `InvalidInput` for a name that events cannot have. */
export const correlationIdOf = (headers: HeadersInput): Result.Result<string | undefined, InvalidInput> => {
  const own = read(headers, "x-correlation-id")
  if (own !== undefined) return NewEvent.checkName(own, "X-Correlation-Id")
  return Result.succeed(traceOf(headers)?.traceId)
}

/** The caller's span, as `traceparent` of W3C Trace Context names it. A malformed header is ignored, as the standard requires. */
export const traceOf = (
  headers: HeadersInput
): { readonly traceId: string; readonly spanId: string; readonly sampled: boolean } | undefined => {
  const [, version, traceId = "", spanId = "", flags = ""] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/.exec(read(headers, "traceparent") ?? "") ?? []
  return version === undefined || version === "ff" || /^0*$/.test(traceId) || /^0*$/.test(spanId)
    ? undefined
    : { traceId, spanId, sampled: Number.parseInt(flags, 16) % 2 === 1 }
}

const read = (headers: HeadersInput, name: string): string | undefined => {
  if (typeof headers["get"] === "function") return headers["get"](name) ?? undefined
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  return typeof found === "string" || found === undefined ? found : String(found)
}

const entityTags = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?:[ \t]*,[ \t]*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")*$/

const expectedOf = (
  match: string | undefined,
  noneMatch: string | undefined
): Result.Result<ExpectedVersion.ExpectedVersion | undefined, InvalidInput | HttpProblem> => {
  if (noneMatch !== undefined) {
    if (match !== undefined) return invalid("If-Match", "must not be given together with If-None-Match")
    return noneMatch.trim() === "*"
      ? Result.succeed(ExpectedVersion.NoStream)
      : invalid("If-None-Match", "must be * for a command")
  }
  if (match === undefined) return Result.succeed(undefined)
  const text = match.trim()
  if (text === "*") return Result.succeed(ExpectedVersion.StreamExists)
  const version = versionOf(text)
  if (version !== undefined) return Result.succeed(ExpectedVersion.Exact(version))
  if (!entityTags.test(text) || text.includes(",")) {
    return invalid("If-Match", "must be * or one entity tag, such as \"7\"")
  }
  // RFC 9110: If-Match compares strongly, so a weak tag matches nothing.
  const reason = "the entity tag of If-Match is not one of a version: use the ETag of an answer, which is strong"
  return Result.fail(new HttpProblem({ status: 412, name: "PreconditionFailed", reason }))
}

// The draft has a quoted string; most clients send the bare text.
const keyOf = (given: string | undefined): Result.Result<string | undefined, InvalidInput> => {
  if (given === undefined) return Result.succeed(undefined)
  const text = given.trim()
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text)?.[1]
  if (quoted === undefined && text.startsWith("\"")) {
    return invalid("Idempotency-Key", "must be a text, or a text in quote marks")
  }
  return NewEvent.checkName(quoted?.replaceAll(/\\(["\\])/g, "$1") ?? text, "Idempotency-Key")
}
