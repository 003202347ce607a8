/** The parameters after the `?` of a URL: each route has its own, and refuses others and repeated ones. */
import { invalid, InvalidInput } from "@refold/core/event/InvalidInput"
import * as NewEvent from "@refold/core/event/NewEvent"
import { Position } from "@refold/core/event/Position"
import * as AsOf from "@refold/core/journal/AsOf"
import type { RowQuery } from "@refold/core/project/RowQuery"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { RowsResource } from "./RowsResource.ts"

/** The parameters by name. Fails with `InvalidInput` for one that is unknown, repeated or malformed. */
export const read = (
  url: URL,
  isKnown: (name: string) => boolean
): Result.Result<ReadonlyMap<string, string>, InvalidInput> => {
  const found = new Map<string, string>()
  for (const [name, value] of url.searchParams) {
    if (!isKnown(name)) return invalid(name, "is not a parameter of this route")
    if (found.has(name)) return invalid(name, "must be given once")
    found.set(name, value)
  }
  return Result.succeed(found)
}

/** The parameters of a state: a point in the past, at most one. */
export const pastPoint = (url: URL): Result.Result<AsOf.AsOf | undefined, InvalidInput> =>
  Result.gen(function*() {
    const found = yield* read(url, (name) => ["version", "recordedAt", "occurredAt", "after"].includes(name))
    // A state is read from the log itself, so it includes every acknowledged position.
    yield* positionOf(found)
    const points = [...found].filter(([name]) => name !== "after")
    const [point] = points
    if (point === undefined) return undefined
    if (points.length > 1) return yield* invalid(points[1]![0], `must not be given together with ${point[0]}`)
    const [name, text] = point
    if (name === "version") return AsOf.version(yield* wholeNumber(name, text))
    const instant = yield* instantOf(name, text)
    return name === "recordedAt" ? AsOf.recordedAt(instant) : AsOf.occurredAt(instant)
  })

/** `after`: the position that an answer must include. */
export const positionOf = (
  found: ReadonlyMap<string, string>
): Result.Result<Position | undefined, InvalidInput> => {
  const text = found.get("after")
  return text === undefined ? Result.succeed(undefined) : Result.map(wholeNumber("after", text), Position)
}

/** The query of rows, and the position that they must include. */
export const rowQuery = (
  url: URL,
  { indexes }: RowsResource
): Result.Result<{ readonly query: RowQuery; readonly after: Position | undefined }, InvalidInput> =>
  Result.gen(function*() {
    const names = ["index", "from", "to", "descending", "limit", "cursor", "after"]
    const found = yield* read(url, (name) => names.includes(name) || name.startsWith("where."))
    const fields = indexes.find(({ name }) => name === found.get("index"))?.fields ?? []
    const where = whereOf(found, fields)
    const sorted = fields[Object.keys(where).length]?.kind
    const [index, from, to, limit, cursor] = ["index", "from", "to", "limit", "cursor"].map((name) => found.get(name))
    const query = {
      ...(index === undefined ? {} : { index }),
      where,
      range: {
        ...(from === undefined ? {} : { from: scalarOf(sorted, from) }),
        ...(to === undefined ? {} : { to: scalarOf(sorted, to) })
      },
      descending: yield* booleanOf("descending", found.get("descending")),
      ...(limit === undefined ? {} : { limit: yield* wholeNumber("limit", limit) }),
      // Checked with the query.
      ...(cursor === undefined ? {} : { after: cursor as NonNullable<RowQuery["after"]> })
    }
    return { query, after: yield* positionOf(found) }
  })

const whereOf = (
  found: ReadonlyMap<string, string>,
  fields: RowsResource["indexes"][number]["fields"]
): NonNullable<RowQuery["where"]> =>
  Object.fromEntries(
    [...found].filter(([name]) => name.startsWith("where.")).map(([name, text]) => {
      const field = name.slice("where.".length)
      return [field, scalarOf(fields.find((one) => one.field === field)?.kind, text)] as const
    })
  )

/** An error with the parameter's name in place of the store's field. */
export const asParameter = <E>(error: E): E | InvalidInput => {
  if (!(error instanceof InvalidInput)) return error
  const field = parameterNames.get(error.field)
  return field === undefined ? error : new InvalidInput({ field, rule: error.rule })
}

const parameterNames: ReadonlyMap<string, string> = new Map([
  ["after", "cursor"],
  ["range.from", "from"],
  ["range.to", "to"],
  ["asOf.version", "version"]
])

// A number stays a text, which has all its digits; the check of the query refuses invalid ones.
const scalarOf = (kind: string | undefined, text: string): string | boolean =>
  kind === "Boolean" && (text === "true" || text === "false") ? text === "true" : text

const booleanOf = (name: string, text: string | undefined): Result.Result<boolean, InvalidInput> =>
  text === undefined || text === "true" || text === "false"
    ? Result.succeed(text === "true")
    : invalid(name, "must be true or false")

const wholeNumber = (name: string, text: string): Result.Result<number, InvalidInput> => {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  return Number.isSafeInteger(number) ? Result.succeed(number) : invalid(name, "must be a whole number of 0 or more")
}

const instants = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/

const instantOf = (name: string, text: string): Result.Result<DateTime.Utc, InvalidInput> => {
  // In a query, an unencoded + is a space.
  const written = text.replace(" ", "+")
  const instant = instants.test(written) ? DateTime.make(written) : Option.none()
  return Option.isSome(instant)
    ? NewEvent.checkTime(DateTime.toUtc(instant.value), name)
    : invalid(name, "must be an instant in ISO 8601, such as 2026-11-28T09:30:00Z")
}
