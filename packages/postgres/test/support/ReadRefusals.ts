/*
 * The law that the reads of the SQL API refuse what TypeScript refuses, with the same message and for the same argument: a
 * malformed argument never returns rows.
 */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as StreamName from "@refold/core/event/StreamName"
import type { AsOf } from "@refold/core/journal/AsOf"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import * as fc from "fast-check"

/** A refusal of an argument. */
export interface Refusal {
  readonly field: string
  readonly rule: string
}

/** The arguments of a read, malformed or not. */
export interface Read {
  readonly stream: string | null
  readonly after: number | null
  readonly limit: number | null
  readonly asOf: { readonly kind: AsOfKind; readonly count: number; readonly time: Time } | null
  readonly types: ReadonlyArray<string | null> | null
  readonly categories: ReadonlyArray<string | null> | null
}

type AsOfKind = AsOf["_tag"]

/** A time as SQL and as TypeScript write it. */
type Time = readonly [sql: string, millis: number]

const times: ReadonlyArray<Time> = [
  ["1970-01-01T00:00:00Z", 0],
  ["2026-01-31T12:00:00.123Z", Date.UTC(2026, 0, 31, 12, 0, 0, 123)],
  ["1970-01-01T00:00:00.0005Z", 0.5],
  ["0001-01-01T00:00:00Z", -62_135_596_800_000],
  ["0001-12-31T23:59:59.999Z BC", -62_135_596_800_001],
  ["9999-12-31T23:59:59.999Z", Date.UTC(9999, 11, 31, 23, 59, 59, 999)],
  ["10000-01-01T00:00:00Z", Date.UTC(10_000, 0)]
]

const counts = fc.constantFrom(0, 1, 7, -1, -9, Number.MAX_SAFE_INTEGER, 2 ** 53)

const mostlyNull = <A>(arbitrary: fc.Arbitrary<A>) => fc.option(arbitrary, { freq: 2 })

/** Reads whose names are, among others, those of `text`. */
export const reads = (text: fc.Arbitrary<string>): fc.Arbitrary<Read> => {
  const names = fc.array(fc.oneof(fc.constantFrom("a", "b-1", "", null), text), { maxLength: 2 })
  return fc.record({
    stream: fc.oneof(fc.constantFrom("a-1", "a-b-c", "cat", "-", "a-", "-1", "", null), text),
    after: mostlyNull(counts),
    limit: mostlyNull(counts),
    asOf: mostlyNull(fc.record({
      kind: fc.constantFrom<AsOfKind>("Version", "Position", "RecordedAt", "OccurredAt"),
      count: counts,
      time: fc.constantFrom(...times)
    })),
    types: mostlyNull(names),
    categories: mostlyNull(names)
  })
}

const asOf = ({ asOf }: Read): AsOf | undefined => {
  if (asOf === null) return undefined
  const { count, kind, time } = asOf
  // The test includes counts and times that the types exclude.
  if (kind === "Version") return { _tag: kind, version: count as never }
  if (kind === "Position") return { _tag: kind, position: count as never }
  return { _tag: kind, instant: instant(time[1]) }
}

// A time with a fraction of a millisecond, which the constructors round.
const instant = (millis: number): DateTime.Utc => {
  const whole = DateTime.makeUnsafe(millis)
  return Object.assign(Object.create(Object.getPrototypeOf(whole)), whole, { epochMilliseconds: millis })
}

const options = (read: Read) => ({
  after: (read.after ?? undefined) as never,
  limit: read.limit ?? undefined,
  asOf: asOf(read) as never,
  types: (read.types ?? undefined) as never
})

const refusal = (checked: Result.Result<unknown, InvalidInput>): Refusal | undefined =>
  Result.isFailure(checked) ? { field: checked.failure.field, rule: checked.failure.rule } : undefined

const logRefusal = (read: Read) =>
  refusal(ReadOptions.check({ ...options(read), categories: (read.categories ?? undefined) as never }))

/** The refusal of core for a read of one stream, and of the global log; undefined if it accepts the read. */
export const byCore = {
  stream: (read: Read) =>
    refusal(
      Result.andThen(StreamName.parse(read.stream as never), ReadOptions.check({ ...options(read), types: undefined }))
    ),
  version: (read: Read) => refusal(StreamName.parse(read.stream as never)),
  // The log has no versions.
  log: ({ asOf, ...read }: Read) => logRefusal({ ...read, asOf: asOf?.kind === "Version" ? null : asOf })
}

type Query = (sql: SqlClient.SqlClient, read: Read) => Effect.Effect<unknown, SqlError.SqlError>

const count = (read: Read, kind: AsOfKind) => read.asOf?.kind === kind ? String(read.asOf.count) : null
const time = (read: Read, kind: AsOfKind) => read.asOf?.kind === kind ? read.asOf.time[0] : null
const text = (count: number | null) => count === null ? null : String(count)
// As a literal: the driver cannot send an array of nulls alone.
const array = (names: ReadonlyArray<string | null> | null) =>
  names && `{${names.map((name) => name === null ? "NULL" : `"${name.replace(/["\\]/g, String.raw`\$&`)}"`).join(",")}}`

/** The same reads by the functions of the SQL API. */
const bySql: Readonly<Record<keyof typeof byCore, Query>> = {
  stream: (sql, read) =>
    sql`select count(*) from refold.read_stream(${read.stream}::text, ${text(read.after)}::text::int8,
      ${count(read, "Version")}::text::int8, ${count(read, "Position")}::text::int8,
      ${time(read, "RecordedAt")}::text::timestamptz, ${time(read, "OccurredAt")}::text::timestamptz,
      ${text(read.limit)}::text::int8)`,
  version: (sql, read) => sql`select refold.stream_version(${read.stream}::text)`,
  log: (sql, read) =>
    sql`select count(*) from refold.read_all(${text(read.after)}::text::int8, ${array(read.types)}::text::text[],
      ${array(read.categories)}::text::text[], ${count(read, "Position")}::text::int8, ${
      time(read, "RecordedAt")
    }::text::timestamptz,
      ${time(read, "OccurredAt")}::text::timestamptz, ${text(read.limit)}::text::int8)`
}

const fields: Readonly<Record<string, string>> = {
  max_count: "limit",
  as_of_version: "asOf.version",
  as_of_position: "asOf.position",
  as_of_recorded_at: "asOf.instant",
  as_of_occurred_at: "asOf.instant"
}

/** The refusal of SQL for a read, with the names of TypeScript. Any other error is a defect. */
export const refusalBySql = (
  sql: SqlClient.SqlClient,
  kind: keyof typeof byCore,
  read: Read
): Effect.Effect<Refusal | undefined> =>
  Effect.matchEffect(bySql[kind](sql, read), {
    onSuccess: () => Effect.undefined,
    onFailure: (error) => {
      const { code, detail }: { readonly code?: string; readonly detail?: string } = Object(error.reason.cause)
      if (code !== "22023" || detail === undefined) return Effect.die(error)
      const { field, rule } = JSON.parse(detail) as Refusal
      return Effect.succeed({ field: fields[field] ?? field, rule })
    }
  })

/** The kinds of reads. */
export const kinds = Object.keys(byCore) as ReadonlyArray<keyof typeof byCore>
