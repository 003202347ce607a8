/**
 * Problem details (RFC 9457): the answer to a request that failed. Each tagged error of the packages has a status, and a
 * list of fields that a client may see. For failures of the store, the code and the stored data, a client sees the name only.
 */
import { TaggedError } from "@refold/core/internal/event/TaggedError"
import * as ErrorTable from "./internal/ErrorTable.ts"
import { plain, type PlainJson } from "./internal/PlainJson.ts"

/** The media type of a problem. */
export const contentType = "application/problem+json"

/** The body of a problem. */
export interface ProblemBody {
  /** `urn:refold:problem:` and the name of the problem: the tag of the error, or `Refused`. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** Fields of the error: `issues`, `refusal`, `actual`, … */
  readonly [member: string]: PlainJson
}

/** A problem as an answer: `response.writeHead(status, headers).end(JSON.stringify(body))`. */
export interface Problem {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ProblemBody
}

/**
 * The request is wrong as HTTP, before any command or query: an unknown route, a method, a media type, a size, a missing
 * or failed precondition. `name` is the last part of the problem's type.
 */
export class HttpProblem extends TaggedError("HttpProblem")<{
  readonly status: number
  readonly name: string
  readonly reason: string
  readonly headers?: Readonly<Record<string, string>> | undefined
}> {
  override get message(): string {
    return ErrorTable.printable(`${this.status} ${this.name}: ${this.reason}`)
  }
}

/** The options of `problemOf`. */
export interface ProblemOptions {
  /** The status of a refusal, 422 by default. */
  readonly refusal?: 409 | 422 | undefined
  /**
   * Whether the request had a precondition, true by default. Without one, a `VersionConflict` is a stream with too many
   * writers: 409 with `Retry-After`, not 412.
   */
  readonly conditional?: boolean | undefined
}

/**
 * The problem of an error of a handler, a query or a store. A value that is not an `Error` is the refusal of a decider, and
 * so is the field `refusal` of an error. An `Error` that is unknown is a defect: 500 without its message.
 */
export const problemOf = (error: unknown, options: ProblemOptions = {}): Problem => {
  if (error instanceof HttpProblem) return ofHttp(error)
  const tag = tagOf(error)
  const mapping = ErrorTable.find(error, tag)
  if (mapping === undefined || tag === "Refused") return refused(error, options)
  if (tag === "VersionConflict" && options.conditional === false) {
    return of(tag, { ...mapping, status: 409, retryAfter: 1 }, error)
  }
  return of(mapping === ErrorTable.defect ? "Defect" : tag ?? "Defect", mapping, error)
}

/** The problem of a refusal, also of one that is an `Error`: its fields are in the member `refusal`. */
export const refusalOf = (refusal: unknown, { refusal: status = 422 }: ProblemOptions = {}): Problem => {
  const shown = plain(refusal)
  const tag = tagOf(refusal)
  const detail = tag === undefined ? "the command was refused" : `the command was refused: ${tag}`
  return problem("Refused", status, detail, { refusal: shown })
}

/** The status, the fields and the fixed text of each error that is no `HttpProblem`, by tag. */
export const mappings: Readonly<Record<string, ErrorTable.Mapping>> = ErrorTable.mappings

const refused = (error: unknown, options: ProblemOptions): Problem =>
  refusalOf(error instanceof Error ? Reflect.get(error, "refusal") : error, options)

const tagOf = (error: unknown): string | undefined => {
  const tag: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "_tag") : undefined
  return typeof tag === "string" ? tag : undefined
}

const ofHttp = ({ headers = {}, name, reason, status }: HttpProblem): Problem => {
  const made = problem(name, status, reason, {})
  return { ...made, headers: { ...made.headers, ...headers } }
}

const of = (tag: string, mapping: ErrorTable.Mapping, error: unknown): Problem => {
  const { detail, fields = [], retryAfter, status } = ErrorTable.transient(mapping, error)
  const members = Object.fromEntries(
    fields.map((field) => [field, plain(Reflect.get(Object(error), field))] as const)
  )
  const made = problem(tag, status, detail ?? (error instanceof Error ? error.message : tag), members)
  return retryAfter === undefined
    ? made
    : { ...made, headers: { ...made.headers, "retry-after": String(retryAfter) } }
}

const problem = (
  name: string,
  status: number,
  detail: string,
  members: Readonly<Record<string, PlainJson>>
): Problem => ({
  status,
  headers: { "content-type": contentType, "cache-control": "no-store" },
  body: { ...members, type: `urn:refold:problem:${name}`, title: titleOf(name), status, detail }
})

// "VersionConflict" is "Version conflict".
const titleOf = (name: string): string => name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
