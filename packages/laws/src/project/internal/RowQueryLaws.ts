/** What every store of rows promises of queries: pages are those of the pure `RowQuery`, remembered ones, too. */
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import * as RowQuery from "@refold/core/project/RowQuery"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as ReadModelCache from "@refold/store/project/ReadModelCache"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Law from "../../kit/Law.ts"
import * as Projections from "./Projections.ts"
import type { Fed } from "./ProjectorLaws.ts"
import * as Rows from "./Rows.ts"
import * as Shelf from "./Shelf.ts"

/** Rows, and what is asked of them. */
export interface Asked {
  readonly things: ReadonlyArray<Shelf.Thing>
  readonly questions: ReadonlyArray<Shelf.Question>
}

const keysOf = (rows: ReadonlyArray<{ readonly key: string }>) => rows.map(({ key }) => key)

const evaluated = (...[projection, query, rows]: [...Parameters<typeof RowQuery.check>, ReadonlyArray<StoredRow>]) =>
  RowQuery.evaluate(Result.getOrThrow(RowQuery.check(projection, query)), rows)

/** By every index, with and without filter and range, in both directions. */
export const queriesAreEvaluated = Law.make(
  "a query gives the rows that its pure meaning gives, in that order",
  ({ questions, things }: Asked) =>
    Effect.gen(function*() {
      const { projection, rows } = yield* Shelf.fill(things)
      const queries = questions.map((question) => Shelf.queryOf(rows, question))
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

/** Short pages, one after the other until there is no next one; once by hand, and once as a stream. */
export const cursorsWalkAllRows = Law.make(
  "walking the pages of a query gives each of its rows once",
  ({ questions, things }: Asked) =>
    Effect.gen(function*() {
      const { projection, rows } = yield* Shelf.fill(things)
      const queries = questions.map((question) => Shelf.queryOf(rows, question))
      const walk = Effect.fnUntraced(function*(query: (typeof queries)[number]) {
        const walked: Array<string> = []
        let page = yield* ReadModel.query(projection, query)
        walked.push(...keysOf(page.rows))
        // A cursor that leads nowhere must not lead there for ever.
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

// Everything that can be asked for in a few words, and what readers found before.
const answers = Effect.fnUntraced(function*(
  { get, query }: ReadModelCache.CachedReader<Projections.State, "byCoins" | "byText">,
  keys: ReadonlyArray<string>
) {
  return [
    yield* Effect.forEach(keys, get),
    yield* query(),
    yield* query({ index: "byCoins", descending: true, limit: 2 }),
    yield* query({ index: "byText", where: { open: true } })
  ]
})

/** Asked twice after each change of the rows, and after a rebuild. */
export const cachedAnswersAreTrue = Law.make(
  "a cached reader never answers otherwise than a reader",
  ({ parts, shape }: Fed) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const projection = Projections.make(shape, { fresh })
      const cached = yield* ReadModelCache.make(projection)
      const plain = {
        get: (key: string) => ReadModel.get(projection, key),
        query: (asked?: Parameters<typeof cached.query>[0]) => ReadModel.query(projection, asked)
      }
      yield* Rows.catchUp(projection)
      const compared: Array<readonly [cached: unknown, plain: unknown]> = []
      const compare = Effect.gen(function*() {
        const keys = ["all", "0", ...keysOf(yield* Rows.rows(projection))]
        const asked = [yield* answers(cached, keys), yield* answers(cached, keys)]
        const answered = yield* answers(plain, keys)
        compared.push([asked, [answered, answered]])
      })
      for (const { batchSize, entries } of parts) {
        yield* Rows.append(fresh, entries)
        yield* Rows.catchUp(projection, batchSize)
        yield* compare
      }
      yield* Stream.runDrain(Rebuild.rebuild(projection, Rows.pace))
      yield* compare
      return { left: compared.map(([asked]) => asked), right: compared.map(([, answered]) => answered) }
    })
)
