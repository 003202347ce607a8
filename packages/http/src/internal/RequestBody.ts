/** The body of a command: read up to a size, checked for its nesting, and only then parsed. */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import type { JsonObject } from "@refold/core/event/Json"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { HttpProblem } from "../Problem.ts"

/** The limits of a body. */
export interface BodyLimits {
  readonly body: number
  readonly depth: number
}

/**
 * The JSON object in the body of a request; an empty object for an empty body. Fails with an `HttpProblem` for another
 * media type, a body that is too large, or one that does not arrive in time, and with `InvalidInput` for a body that is not
 * a JSON object or nests too deeply.
 */
export const read = Effect.fnUntraced(function*(
  request: Request,
  limits: BodyLimits,
  timeout: Duration.Input
): Effect.fn.Return<JsonObject, InvalidInput | HttpProblem> {
  if (request.body === null) return {}
  if (Number(request.headers.get("content-length")) > limits.body) return yield* tooLarge(limits.body)
  const bytes = yield* Effect.timeoutOption(collect(request.body, limits.body), timeout)
  if (Option.isNone(bytes)) return yield* late
  if (bytes.value.length === 0) return {}
  yield* checkMediaType(request.headers)
  return yield* Effect.fromResult(parse(bytes.value, limits.depth))
})

const tooLarge = (limit: number) =>
  new HttpProblem({ status: 413, name: "ContentTooLarge", reason: `a body must not be longer than ${limit} bytes` })

const late = new HttpProblem({ status: 408, name: "RequestTimeout", reason: "the body did not arrive in time" })

const checkMediaType = (headers: Headers): Effect.Effect<void, HttpProblem> => {
  const type = headers.get("content-type") ?? ""
  const encoding = headers.get("content-encoding") ?? "identity"
  return /^application\/json[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?$/i.test(type) && /^identity$/i.test(encoding)
    ? Effect.void
    : Effect.fail(
      new HttpProblem({
        status: 415,
        name: "UnsupportedMediaType",
        reason: "a body must be application/json in UTF-8, without a content encoding",
        headers: { accept: "application/json" }
      })
    )
}

const collect = (body: ReadableStream<Uint8Array>, limit: number): Effect.Effect<Uint8Array, HttpProblem> =>
  Effect.acquireUseRelease(
    Effect.sync(() => body.getReader()),
    (reader) =>
      Effect.gen(function*() {
        const chunks: Array<Uint8Array> = []
        let size = 0
        for (;;) {
          const { done, value } = yield* Effect.tryPromise({ try: () => reader.read(), catch: () => broken })
          if (done) return concat(chunks, size)
          size += value.byteLength
          if (size > limit) return yield* tooLarge(limit)
          chunks.push(value)
        }
      }),
    // The rest of the body is not read; a body that broke off has no rest.
    (reader) => Effect.sync(() => void reader.cancel().catch(() => undefined))
  )

const broken = new HttpProblem({ status: 400, name: "IncompleteBody", reason: "the body ended before it was complete" })

const concat = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

const parse = (bytes: Uint8Array, depth: number): Result.Result<JsonObject, InvalidInput> => {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    if (nestsDeeper(text, depth)) return invalid("body", `must not nest deeper than ${depth}`)
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null && !Array.isArray(value)
      // Parsed from JSON.
      ? Result.succeed(value as JsonObject)
      : invalid("body", "must be a JSON object: the fields of the command")
  } catch {
    return invalid("body", "must be JSON in UTF-8")
  }
}

/** Whether a JSON text has more open brackets at once than `limit`, those in strings not counted. */
export const nestsDeeper = (text: string, limit: number): boolean => {
  let depth = 0
  let isInText = false
  for (let index = 0; index < text.length; index++) {
    const unit = text[index]
    if (isInText) {
      if (unit === "\\") index++
      else if (unit === "\"") isInText = false
    } else if (unit === "\"") isInText = true
    else if (unit === "{" || unit === "[") {
      if (++depth > limit) return true
    } else if (unit === "}" || unit === "]") depth--
  }
  return false
}
