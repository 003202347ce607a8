// Projections in SQL: tables that handlers write in the transaction of the checkpoint. Each event is applied once; a
// rebuild fills new tables; readers use the live ones.
import { EventStore } from "@refold/store/log/EventStore"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "vitest"
import * as SqlProjection from "../../src/project/SqlProjection.ts"
import * as SqlProjections from "../support/SqlProjections.ts"
import * as Tally from "../support/Tally.ts"

const { definition, insert, notes, texts } = SqlProjections

describe.each([["a server", SqlProjections.onServer], ["the embedded database", SqlProjections.onEmbedded]] as const)(
  "on %s",
  (_, on) => {
    const run = on()

    test(
      "each event is handled once, in order, and readers use the tables by unqualified names",
      run(Effect.gen(function*() {
        const { append, noted, projection } = yield* notes()
        yield* append("a1", "b1", "a2")
        const position = yield* Projector.catchUp(projection, { batchSize: 2 })
        expect(yield* noted).toEqual(["a1", "b1", "a2"])
        yield* append("b2")
        yield* Projector.catchUp(projection)
        yield* Projector.catchUp(projection)
        expect(yield* noted).toEqual(["a1", "b1", "a2", "b2"])
        yield* ReadModel.awaitPosition(projection, position)
      }))
    )

    test(
      "a batch that fails before its checkpoint is saved is rolled back, and the next one begins at the same event",
      run(Effect.gen(function*() {
        const [store, { readAll }] = [yield* ReadModelStore, yield* EventStore]
        const { append, noted, projection } = yield* notes()
        yield* append("a1")
        yield* Projector.catchUp(projection)
        yield* append("a2")
        const { checkpoint, id } = yield* store.live(projection.name)
        const events = yield* Stream.runCollect(readAll({ after: checkpoint, categories: projection.categories }))
        const failing = store.update(
          id,
          (batch) =>
            Effect.andThen(
              projection.fold(batch, events, new Set(), { batchRows: 10_000, attempts: 3 }),
              Effect.fail("too late")
            )
        )
        expect(yield* Effect.flip(failing)).toBe("too late")
        expect(yield* noted).toEqual(["a1"])
        yield* Projector.catchUp(projection)
        expect(yield* noted).toEqual(["a1", "a2"])
      }))
    )

    test(
      "handlers use their tables in nested transactions, too, and these may fail alone",
      run(Effect.gen(function*() {
        const { append, noted, projection } = yield* notes({
          after: (event, envelope) =>
            Effect.gen(function*() {
              const sql = yield* SqlClient.SqlClient
              yield* sql.withTransaction(insert({ ...event, text: `${event.text} nested` }, envelope))
              yield* Effect.ignore(sql.withTransaction(Effect.andThen(insert(event, envelope), sql`select 1 / 0`)))
            })
        })
        yield* append("a1", "a2")
        yield* Projector.catchUp(projection)
        expect(yield* noted).toEqual(["a1", "a1 nested", "a2", "a2 nested"])
      }))
    )

    test(
      "a raised version fills new tables, while readers, and handlers that read, use the live ones",
      run(Effect.gen(function*() {
        const one = yield* notes()
        yield* one.append("a1", "a2")
        yield* Projector.catchUp(one.projection)
        const two = yield* SqlProjection.make({
          ...one.defined,
          version: 2,
          handle: (event, envelope) =>
            Effect.gen(function*() {
              const live = yield* one.noted
              yield* insert({ ...event, text: `${event.text} beside ${live.length}` }, envelope)
            })
        })
        yield* Projector.catchUp(two)
        expect(yield* two.read(texts)).toEqual(["a1 beside 2", "a2 beside 2"])
        // Code of the former version reads its last tables for an hour.
        expect(yield* one.noted).toEqual(["a1", "a2"])
        expect(yield* Effect.flip(Projector.catchUp(one.projection))).toMatchObject({ _tag: "ProjectionOutdated" })
      }))
    )

    test(
      "a requested rebuild runs the setup again, and the old tables are dropped",
      run(Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const { append, noted, projection } = yield* notes()
        yield* append("a1", "a2")
        yield* Projector.catchUp(projection)
        const tables = sql`select from pg_class where relname = 'noted'`
        const before = (yield* tables).length
        const progress = yield* Stream.runCollect(Rebuild.rebuild(projection, { batchSize: 1 }))
        expect(progress.at(-1)).toMatchObject({ isLive: true })
        expect(yield* noted).toEqual(["a1", "a2"])
        yield* (yield* ReadModelStore).open(projection)
        expect((yield* tables).length).toBe(before)
      }))
    )

    test(
      "reading a projection without live tables fails with the reason",
      run(Effect.gen(function*() {
        const { append, noted, projection } = yield* notes()
        const ended = yield* append("a1")
        expect(yield* Effect.flip(noted)).toMatchObject({ _tag: "UnknownProjection", projection: projection.name })
        const waiting = ReadModel.awaitPosition(projection, ended[0]!, { timeout: "20 millis" })
        expect(yield* Effect.flip(waiting)).toMatchObject({ _tag: "AwaitTimeout" })
        yield* (yield* ReadModelStore).open(projection)
        expect(yield* Effect.flip(noted)).toMatchObject({ _tag: "ProjectionNotReady", checkpoint: 0 })
        const rows = Tally.tally({ name: `rows of ${projection.name}` })
        yield* Projector.catchUp(rows)
        const sameName = yield* SqlProjection.make(definition({ name: rows.name, version: 2 }))
        expect(yield* Effect.flip(sameName.read(texts))).toMatchObject({
          _tag: "DefinitionMismatch",
          stored: 1,
          differences: expect.arrayContaining([expect.stringContaining("it is stored as a projection with rows")])
        })
        expect((yield* Effect.flip(ReadModel.get(Tally.tally(projection), "a"))).message).toContain("first build")
      }))
    )

    test(
      "the search_path of a reader's own transaction is restored afterwards",
      run(Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const { append, noted, projection } = yield* notes()
        yield* append("a1")
        yield* Projector.catchUp(projection)
        yield* sql.withTransaction(Effect.gen(function*() {
          yield* sql`set local search_path = pg_catalog`
          expect(yield* noted).toEqual(["a1"])
          yield* Effect.flip(projection.read(sql`select nothing from noted`))
          expect(yield* sql`select current_setting('search_path') as path`).toEqual([{ path: "pg_catalog" }])
        }))
      }))
    )

    test(
      "a definition that breaks a rule is refused with an error that names the part",
      run(Effect.gen(function*() {
        const field = (fields: SqlProjections.Fields) =>
          Effect.map(Effect.flip(SqlProjection.make(definition(fields))), (error) => `${error._tag} ${error.field}`)
        expect(yield* field({ name: "" })).toBe("InvalidInput name")
        expect(yield* field({ version: 0 })).toBe("InvalidInput version")
        expect(yield* field({ version: 1.5 })).toBe("InvalidInput version")
        expect(yield* field({ categories: [] })).toBe("InvalidInput categories")
        expect(yield* field({ categories: ["a-b"] })).toBe("InvalidInput categories[0]")
        expect(yield* field({ timeout: 0 })).toBe("InvalidInput timeout")
        expect(yield* field({ timeout: "-1 seconds" })).toBe("InvalidInput timeout")
        // A program without type checks may pass this.
        expect(yield* field({ timeout: "soon" as "1 second" })).toBe("InvalidInput timeout")
      }))
    )

    test(
      "a setup that fails is reported at the start with the database's message, and leaves nothing",
      run(Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const { projection } = yield* notes({
          setup: Effect.andThen(sql`create table a ()`, sql`create table b (c d)`)
        })
        const error = yield* Effect.flip(Projector.run(projection))
        expect(error.message).toBe(`set up projection "${projection.name}" failed: type "d" does not exist`)
        expect(yield* (yield* ReadModelStore).generations(projection.name)).toEqual([])
      }))
    )
  }
)
