/**
 * The statements that append. All but `appendEvents` never wait for a lock: if another transaction holds one, the answer is
 * "busy", and nothing is stored.
 */
import type * as Statement from "effect/sql/Statement"
import type { Database } from "../../schema/internal/Database.ts"
import type { AnswerRow } from "./AppendAnswer.ts"
import type { EncodedCommit } from "./EncodedCommit.ts"

/** How `appendEvents` treats locks. */
export interface LockOptions {
  /** The maximum wait for each lock that another transaction holds, in milliseconds; 0 = no limit. No wait by default. */
  readonly wait?: number | undefined
  /** Whether a stream that is only guarded gets a shared lock: only if the transaction ends with this statement. */
  readonly shareGuards: boolean
}

/** Calls `append_events` with one commit. */
export const appendEvents = (
  { object, sql }: Database,
  commit: EncodedCommit,
  { shareGuards, wait }: LockOptions
): Statement.Statement<AnswerRow> =>
  sql<AnswerRow>`
    SELECT (a.answer).*
    FROM ${object("append_events")}(
      ${[commit.key]}::text[], ${[commit.fingerprint]}::text[], ${[commit.streams.length]}::int[],
      ${commit.streams}::text[], ${commit.expected}::bigint[], ${commit.eventCounts}::int[],
      ${commit.ids}::text[]::uuid[], ${commit.types}::text[], ${commit.schemaVersions}::smallint[],
      ${commit.data}::text[]::jsonb[], ${commit.metadata}::text[]::jsonb[], ${commit.occurredAt}::timestamptz[],
      ${sql.literal(`${wait !== undefined}, ARRAY[${commit.neverExpires}]`)}, ${commit.lastEventIds}::text[],
      ${sql.literal(`${shareGuards}, ${wait ?? 0}`)}
    ) AS a`

/** A row of a batch's answer; `commit` is the number of the commit in the batch, from 1. */
export interface BatchRow extends AnswerRow {
  readonly commit: number
}

/** The statements of a store that are sent often: their texts are built once. */
export interface Statements {
  /** Appends one commit. */
  readonly appendAlone: (commit: EncodedCommit) => Rows<AnswerRow>
  /** Appends commits that have no streams in common, except streams that are only guarded. */
  readonly appendBatch: (commits: ReadonlyArray<EncodedCommit>) => Rows<BatchRow>
}

type Rows<Row> = Statement.Statement<Row>

/** The statements for a database. */
export const make = ({ schema, sql }: Database): Statements => {
  const one = `SELECT * FROM "${schema}".append_one_event($1::text, $2::bigint, $3::text, $4::text::uuid, $5::text, ` +
    `$6::smallint, $7::text::jsonb, $8::text::jsonb, $9::timestamptz)`
  const singles = `SELECT * FROM "${schema}".append_single_events($1::text[], $2::bigint[], $3::text[], ` +
    `$4::text[]::uuid[], $5::text[], $6::smallint[], $7::text[]::jsonb[], $8::text[]::jsonb[], $9::timestamptz[])`
  const batch = `SELECT * FROM "${schema}".append_batch($1::int[], $2::text[], $3::bigint[], $4::int[], $5::text[], ` +
    `$6::text[]::uuid[], $7::text[], $8::smallint[], $9::text[]::jsonb[], $10::text[]::jsonb[], $11::timestamptz[]`
  const withKeys = `${batch}, $12::text[], $13::text[], $14::boolean[])`
  const withoutKeys = `${batch})`
  const appendBatch = (commits: ReadonlyArray<EncodedCommit>): Rows<BatchRow> =>
    commits.every(isOneEvent)
      ? sql.unsafe(singles, singleColumns(commits))
      : commits.some(({ key }) => key !== "")
      ? sql.unsafe(withKeys, [...columns(commits), ...keys(commits)])
      : sql.unsafe(withoutKeys, columns(commits))
  return {
    appendAlone: (commit) => isOneEvent(commit) ? sql.unsafe(one, firstOfColumns(commit)) : appendBatch([commit]),
    appendBatch
  }
}

const isOneEvent = ({ ids, key, streams }: EncodedCommit): boolean =>
  ids.length === 1 && streams.length === 1 && key === ""

const firstOfColumns = (commit: EncodedCommit): ReadonlyArray<unknown> => [
  commit.streams[0],
  commit.expected[0],
  commit.lastEventIds[0],
  commit.ids[0],
  commit.types[0],
  commit.schemaVersions[0],
  commit.data[0],
  commit.metadata[0],
  commit.occurredAt[0]
]

const singleColumns = (commits: ReadonlyArray<EncodedCommit>): ReadonlyArray<unknown> => [
  commits.map(({ streams }) => streams[0]),
  commits.map(({ expected }) => expected[0]),
  commits.map(({ lastEventIds }) => lastEventIds[0]),
  commits.map(({ ids }) => ids[0]),
  commits.map(({ types }) => types[0]),
  commits.map(({ schemaVersions }) => schemaVersions[0]),
  commits.map(({ data }) => data[0]),
  commits.map(({ metadata }) => metadata[0]),
  commits.map(({ occurredAt }) => occurredAt[0])
]

const columns = (commits: ReadonlyArray<EncodedCommit>): ReadonlyArray<unknown> => {
  const all = <A>(column: (commit: EncodedCommit) => ReadonlyArray<A>): ReadonlyArray<A> =>
    commits.length === 1 ? column(commits[0]!) : commits.flatMap(column)
  return [
    commits.map(({ streams }) => streams.length),
    all(({ streams }) => streams),
    all(({ expected }) => expected),
    all(({ eventCounts }) => eventCounts),
    all(({ lastEventIds }) => lastEventIds),
    all(({ ids }) => ids),
    all(({ types }) => types),
    all(({ schemaVersions }) => schemaVersions),
    all(({ data }) => data),
    all(({ metadata }) => metadata),
    all(({ occurredAt }) => occurredAt)
  ]
}

const keys = (commits: ReadonlyArray<EncodedCommit>): ReadonlyArray<unknown> => [
  commits.map(({ key }) => key),
  commits.map(({ fingerprint }) => fingerprint),
  commits.map(({ neverExpires }) => neverExpires)
]

/** The rows of each commit of a batch; a commit without rows has an empty array. */
export const rowsOfCommits = (
  rows: ReadonlyArray<BatchRow>,
  commits: number
): ReadonlyArray<ReadonlyArray<AnswerRow>> => {
  const answers = Array.from({ length: commits }, (): Array<AnswerRow> => [])
  for (const row of rows) answers[row.commit - 1]?.push(row)
  return answers
}
