// A position counter that is behind the log, for example after a restore of the table alone or logical replication: it is
// repaired before an event is hidden or gets a wrong position, or the error names the remedy.
import * as FreshNames from "@refold/laws/internal/kit/FreshNames"
import * as SampleProjections from "@refold/laws/internal/project/SampleProjections"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import { EventReader } from "@refold/store/log/EventReader"
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { describe, expect, test } from "vitest"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as ReadModels from "../support/ReadModels.ts"
import * as Stores from "../support/Stores.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(effect))

/** A store with ten events, whose counter is set back. */
const behind = (counter = 0) =>
  Effect.gen(function*() {
    const opened = yield* Stores.open(yield* freshDatabase())
    for (let n = 0; n < 10; n++) yield* opened.store.append(Stores.freshStream(), [Stores.event()])
    yield* opened.sql`select setval('refold.event_position', ${counter})`
    return opened
  })

describe("a position counter that is behind the log", () => {
  test.each([0, 3])("hides no event from a store that is open (set to %i)", (counter) =>
    run(Effect.gen(function*() {
      const { store } = yield* behind(counter)
      expect(yield* store.head).toBe(10)
      expect(yield* Stores.readIds(store)).toHaveLength(10)
      expect(yield* store.bound).toMatchObject({ head: 10, last: 10 })
    })))

  test("is repaired when a store is opened that may migrate", () =>
    run(Effect.gen(function*() {
      const { sql, url } = yield* behind()
      yield* Stores.open(url)
      expect(yield* sql`select last_value::int as last from refold.event_position`).toEqual([{ last: 10 }])
    })))

  test("is repaired by the migration of a deployment", () =>
    run(Effect.gen(function*() {
      const { sql } = yield* behind()
      yield* Effect.provideService(PostgresStore.migrate(), SqlClient.SqlClient, sql)
      expect(yield* sql`select last_value::int as last from refold.event_position`).toEqual([{ last: 10 }])
    })))

  test("gives no event a position that readers have passed, also with concurrent appends", () =>
    run(Effect.gen(function*() {
      const { store } = yield* behind(3)
      const appended = yield* Effect.forEach(
        Array.from({ length: 8 }),
        () => store.append(Stores.freshStream(), [Stores.event()]),
        { concurrency: "unbounded" }
      )
      expect(appended.map(({ position }) => position as number).toSorted((one, two) => one - two)[0]).toBe(11)
      expect(yield* Stores.readIds(store)).toHaveLength(18)
    })))

  test("that was restarted at the last position gives the next one", () =>
    run(Effect.gen(function*() {
      const { sql, store } = yield* behind(10)
      yield* sql`select setval('refold.event_position', 10, false)`
      expect(yield* store.append(Stores.freshStream(), [Stores.event()])).toMatchObject({ position: 11 })
    })))

  test("of a store without events, restored without data, gives no event position 0", () =>
    run(Effect.gen(function*() {
      const { sql, store } = yield* Stores.open(yield* freshDatabase())
      yield* sql`alter sequence refold.event_position restart`
      expect(yield* store.append(Stores.freshStream(), [Stores.event()])).toMatchObject({ position: 1 })
      expect(yield* Stores.readIds(store)).toHaveLength(1)
    })))

  test("is repaired together with the counter of generations, so that a new projection can begin", () =>
    run(Effect.gen(function*() {
      const opened = yield* behind()
      const { sql, url } = opened
      const begin = ({ readModels }: Pick<Stores.Opened, "readModels">, name: string) =>
        Effect.map(readModels.begin(ReadModels.projection({ name }), "Building"), ({ id }) => id)
      const ids = [yield* begin(opened, "one"), yield* begin(opened, "two")]
      yield* sql`alter table refold.projection_generations alter id restart`
      expect(yield* begin(yield* Stores.open(url), "three")).toBe(Math.max(...ids) + 1)
    })))

  test("does not make a projection without lag miss a row", () =>
    run(Effect.gen(function*() {
      const { reader, readModels, store } = yield* behind()
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make({ keys: "all", removes: false, poison: "Nothing" }, { fresh })
      const services = Layer.merge(Layer.succeed(EventReader, reader), Layer.succeed(ReadModelStore, readModels))
      const { live } = yield* Effect.provide(
        Effect.andThen(Projector.catchUp(projection), ProjectionStatus.of(projection)),
        services
      )
      expect(live).toMatchObject({ value: { position: 10, lag: 0 } })
      expect(yield* store.head).toBe(10)
    })))

  test("is an error that names the remedy for a role that may not repair it", () =>
    run(Effect.gen(function*() {
      const opened = yield* behind()
      const url = yield* LoginRole.login(opened, "looker", [
        "USAGE ON SCHEMA refold",
        "SELECT ON ALL TABLES IN SCHEMA refold",
        "SELECT ON ALL SEQUENCES IN SCHEMA refold",
        "EXECUTE ON FUNCTION refold.read_head, refold.require_instance"
      ])
      const { store } = yield* Stores.open(url, { migrate: false })
      const error = yield* Effect.flip(store.head)
      expect(error).toMatchObject({ _tag: "EventStoreError" })
      expect(error.message).toContain("repair_positions()")
      yield* opened.store.append(Stores.freshStream(), [Stores.event()])
      expect(yield* store.head).toBe(11)
    })))

  test("that is not behind stays as it is", () =>
    run(Effect.gen(function*() {
      const { sql } = yield* behind(25)
      expect(yield* sql`select refold.repair_positions() as repaired`).toEqual([{ repaired: null }])
      expect(yield* sql`select last_value::int as last from refold.event_position`).toEqual([{ last: 25 }])
    })))
})
