/** The laws of row queries: pages are those of the pure `RowQuery`, also if they are cached. */
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import * as RowQuery from "@refold/core/project/RowQuery"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as ReadModelCache from "@refold/store/project/ReadModelCache"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import { mutateDeeply } from "../../kit/internal/MutationProbe.ts"
import * as Law from "../../kit/Law.ts"
import * as ProjectionRun from "./ProjectionRun.ts"
import type { GrowingLog, ProjectedLog } from "./ProjectorLaws.ts"
import * as RowQueryModel from "./RowQueryModel.ts"
import * as SampleProjections from "./SampleProjections.ts"

/** Rows, and queries of them. */
export interface QueryCase {
  readonly rows: ReadonlyArray<RowQueryModel.ModelRow>
  readonly queries: ReadonlyArray<RowQueryModel.ModelQuery>
}

const keysOf = (rows: ReadonlyArray<{ readonly key: string }>) => rows.map(({ key }) => key)

const evaluated = (...[projection, query, rows]: [...Parameters<typeof RowQuery.check>, ReadonlyArray<StoredRow>]) =>
  RowQuery.evaluate(Result.getOrThrow(RowQuery.check(projection, query)), rows)

/** For every index, with and without filter and range, in both directions. */
export const queriesAreEvaluated = Law.make(
  "a query gives the rows that the pure RowQuery gives, in the same order",
  ({ queries: modelQueries, rows: modelRows }: QueryCase) =>
    Effect.gen(function*() {
      const { projection, rows } = yield* RowQueryModel.storeRows(modelRows)
      const queries = modelQueries.map((query) => RowQueryModel.queryOf(rows, query))
      const pages = yield* Effect.forEach(queries, (query) => ReadModel.query(projection, query))
      return {
        left: pages.map(({ rows }) => rows),
        right: queries.map((query) =>
          evaluated(projection, query, rows).map((row) => ({
            ...row,
            state: Result.getOrThrow(projection.decode(row.state))
          }))
        )
      }
    })
)

/** Reads short pages until there is no next one, by cursors and as a stream. */
export const cursorsWalkAllRows = Law.make(
  "the pages of a query contain each of its rows once",
  ({ queries: modelQueries, rows: modelRows }: QueryCase) =>
    Effect.gen(function*() {
      const { projection, rows } = yield* RowQueryModel.storeRows(modelRows)
      const queries = modelQueries.map((query) => RowQueryModel.queryOf(rows, query))
      const walk = Effect.fnUntraced(function*(query: (typeof queries)[number]) {
        const walked: Array<string> = []
        let page = yield* ReadModel.query(projection, query)
        walked.push(...keysOf(page.rows))
        // Stops at the number of rows, because a broken store could give cursors without end.
        while (Option.isSome(page.next) && walked.length <= rows.length) {
          page = yield* ReadModel.query(projection, { ...query, after: page.next.value })
          walked.push(...keysOf(page.rows))
        }
        const streamed = yield* Stream.runCollect(Stream.take(ReadModel.stream(projection, query), rows.length + 1))
        return [walked, keysOf(streamed)]
      })
      const whole = (query: (typeof queries)[number]) =>
        keysOf(evaluated(projection, { ...query, limit: RowQuery.maxLimit }, rows))
      return {
        left: yield* Effect.forEach(queries, walk),
        right: queries.map((query) => [whole(query), whole(query)])
      }
    })
)

type Reader = ReadModelCache.CachedReader<SampleProjections.State, "byCoins" | "byText">

// One query of each kind, and reads of the given keys.
const answers = Effect.fnUntraced(function*(
  { get, query }: Reader,
  keys: ReadonlyArray<string>
) {
  return [
    yield* Effect.forEach(keys, get),
    yield* query(),
    yield* query({ index: "byCoins", descending: true, limit: 2 }),
    yield* query({ index: "byText", where: { open: true } })
  ]
})

const plainReader = (projection: SampleProjections.SampleProjection) => ({
  get: (key: string) => ReadModel.get(projection, key),
  query: (query?: Parameters<Reader["query"]>[0]) => ReadModel.query(projection, query)
})

/** Queries twice after each change of the rows, and after a rebuild. */
export const cachedAnswersAreCurrent = Law.make(
  "a cached reader gives the same answers as a reader without a cache",
  ({ parts, shape }: GrowingLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      const cached = yield* ReadModelCache.make(projection)
      const plain = plainReader(projection)
      yield* ProjectionRun.catchUp(projection)
      const compared: Array<readonly [cached: unknown, plain: unknown]> = []
      const compare = Effect.gen(function*() {
        const keys = ["all", "0", ...keysOf(yield* ProjectionRun.rows(projection))]
        const twice = [yield* answers(cached, keys), yield* answers(cached, keys)]
        const expected = yield* answers(plain, keys)
        compared.push([twice, [expected, expected]])
      })
      for (const { batchSize, entries } of parts) {
        yield* ProjectionRun.append(fresh, entries)
        yield* ProjectionRun.catchUp(projection, batchSize)
        yield* compare
      }
      yield* Stream.runDrain(Rebuild.rebuild(projection, ProjectionRun.batching))
      yield* compare
      return { left: compared.map(([twice]) => twice), right: compared.map(([, expected]) => expected) }
    })
)

/** A function like `ReadModelCache.make`, for sample projections. */
export type MakeCache = (
  projection: SampleProjections.SampleProjection
) => Effect.Effect<Reader, unknown>

/** Mutates the answers of a cached reader, then repeats the query. */
export const cachedAnswersAreNotShared = (make: MakeCache = ReadModelCache.make) =>
  Law.make(
    "mutating an answer of a cached reader does not change its later answers",
    ({ batchSize, history, shape }: ProjectedLog) =>
      Effect.gen(function*() {
        const fresh = yield* FreshNames.make
        const projection = SampleProjections.make(shape, { fresh })
        yield* ProjectionRun.append(fresh, history)
        yield* ProjectionRun.catchUp(projection, batchSize)
        const cached = yield* make(projection)
        const keys = keysOf(yield* ProjectionRun.rows(projection))
        const rows = yield* Effect.forEach(keys, cached.get)
        mutateDeeply([rows.flatMap(Option.toArray), yield* answers(cached, [])])
        return { left: yield* answers(cached, keys), right: yield* answers(plainReader(projection), keys) }
      })
  )
