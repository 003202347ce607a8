/** Answers, and their conversion to responses. */
import type { Problem } from "../Problem.ts"
import { etagOf } from "../RequestHeaders.ts"

/** An answer: a JSON value, a stream, or nothing. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | ReadableStream<Uint8Array> | null
}

/** A JSON value as an answer. Clients may cache it, and must revalidate it before each use. */
export const json = (value: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): Answer => ({
  status,
  headers: { "content-type": "application/json", "cache-control": "no-cache", ...headers },
  body: JSON.stringify(value)
})

/** A problem as an answer. */
export const ofProblem = ({ body, headers, status }: Problem): Answer => ({
  status,
  headers,
  body: JSON.stringify(body)
})

/** The headers of a place in the log; a stream without events has none. */
export const placeHeaders = (
  { position, version }: { readonly position: number; readonly version: number }
): Readonly<Record<string, string>> =>
  version === 0 ? {} : { etag: etagOf(version), "refold-position": String(position) }

/** The response; without its body for HEAD. */
export const toResponse = (
  request: Request,
  { body, headers, status }: Answer,
  more: Readonly<Record<string, string>>
): Response =>
  new Response(request.method === "HEAD" ? null : body, {
    status,
    headers: { "x-content-type-options": "nosniff", ...headers, ...more }
  })
