// Consumers whose handlers write to the store's own database: in the transaction of the checkpoint, or outside of it.
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Consumer from "@refold/store/consume/Consumer"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Parked from "@refold/store/project/Parked"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { describe, expect, test } from "vitest"
import * as LoginRole from "../support/LoginRole.ts"
import * as Stores from "../support/Stores.ts"
import * as Ticks from "../support/Ticks.ts"

const events = EventCodec.makeUnsafe([EventType.make("Ticked", Schema.Struct({ n: Schema.Int }))])

type Ticked = EventCodec.EventOf<typeof events>

/** Records each event in a table, then runs the effect of the test. */
const notes = (
  inTransaction: boolean,
  then: (event: Ticked) => Effect.Effect<unknown, unknown, SqlClient.SqlClient> = () => Effect.void
) =>
  Consumer.makeUnsafe<Ticked, SqlClient.SqlClient>({
    name: "notes",
    events,
    startAt: "start",
    inTransaction,
    timeout: "2 seconds",
    handle: (event, { key }) =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* sql`INSERT INTO notes (key, n) VALUES (${key}::text, ${event.n}::int)`
        yield* then(event)
      })
  })

const append = (opened: Stores.Opened, id: string, ...numbers: ReadonlyArray<number>) =>
  Effect.forEach(numbers, (n) => opened.store.append(Stores.streamName(`tally-${id}`), [Ticks.tick(n)]))

const noted = ({ sql }: Stores.Opened) =>
  Effect.map(sql<{ readonly n: number }>`SELECT n FROM notes ORDER BY place`, (rows) => rows.map(({ n }) => n))

const onTable = <A, E>(body: (opened: Stores.Opened) => Effect.Effect<A, E, Scope.Scope>) =>
  Ticks.onDatabase((opened) =>
    Effect.gen(function*() {
      yield* opened.sql`CREATE TABLE notes (place serial, key text, n int CHECK (n <> 7))`
      return yield* body(opened)
    })
  )

const services = (opened: Stores.Opened) => Ticks.services(opened).pipe(Context.add(SqlClient.SqlClient, opened.sql))

const quick: Consumer.Options = { attempts: 1 }

const lost = new EventStoreError({ operation: "commit", cause: "lost" })

/** Services whose batch fails once after its body, just before the commit. */
const losingACommit = (opened: Stores.Opened) => {
  let left = 2
  const { update } = opened.readModels
  const losing = ReadModelStore.of({
    ...opened.readModels,
    // The first batch begins the consumer.
    update: (id, body, options) =>
      update(id, (batch) => Effect.tap(body(batch), () => --left === 0 ? Effect.fail(lost) : Effect.void), options)
  })
  return Context.add(services(opened), ReadModelStore, losing)
}

describe("a handler in the transaction of the checkpoint", () => {
  test(
    "takes effect exactly once, although it runs again after a failed commit",
    onTable((opened) =>
      Effect.gen(function*() {
        yield* append(opened, "a", 1, 2, 3)
        let runs = 0
        const consumer = notes(true, () => Effect.sync(() => runs++))
        yield* Effect.provideContext(Consumer.catchUp(consumer, quick), losingACommit(opened))
        expect(runs).toBe(6)
        expect(yield* noted(opened)).toEqual([1, 2, 3])
      })
    )
  )

  test.each<[string, (event: Ticked) => Effect.Effect<unknown, unknown, SqlClient.SqlClient>, string]>([
    ["fails", ({ n }) => n === 2 ? Effect.fail("no") : Effect.void, "no"],
    ["takes too long", ({ n }) => n === 2 ? Effect.never : Effect.void, "it took longer than 2s"],
    [
      "ignores a statement that fails",
      ({ n }) => n === 2 ? Effect.flatMap(SqlClient.SqlClient, (sql) => Effect.ignore(sql`SELECT 1/0`)) : Effect.void,
      "a statement failed, and the handler ignored it"
    ],
    [
      "runs for long after a failed statement",
      ({ n }) =>
        n === 2
          ? Effect.flatMap(SqlClient.SqlClient, (sql) =>
            Effect.andThen(Effect.ignore(sql`SELECT 1/0`), Effect.sleep(1500)))
          : Effect.void,
      "the transaction of the batch was lost"
    ]
  ])(
    "that %s is rolled back, and the events before and after it are handled",
    (_, then, reason) =>
      onTable((opened) =>
        Effect.gen(function*() {
          yield* append(opened, "a", 1, 2, 3)
          yield* append(opened, "b", 4)
          const consumer = notes(true, then)
          yield* Effect.provideContext(Consumer.catchUp(consumer, quick), services(opened))
          expect(yield* noted(opened)).toEqual([1, 4])
          const parked = yield* Effect.provideContext(Parked.list(consumer), services(opened))
          expect(parked).toMatchObject([{ stream: "tally-a", version: 2, stage: "Handle" }])
          expect(parked[0]!.reason).toContain(reason)
        })
      )()
  )

  test(
    "that breaks a constraint is retried, and its stream is parked with the server's reason",
    onTable((opened) =>
      Effect.gen(function*() {
        yield* append(opened, "a", 1, 7)
        const consumer = notes(true)
        yield* Effect.provideContext(Consumer.catchUp(consumer, { attempts: 2, backoff: "1 millis" }), services(opened))
        expect(yield* noted(opened)).toEqual([1])
        expect(yield* Effect.provideContext(Parked.list(consumer), services(opened)))
          .toMatchObject([{ version: 2, attempts: 2 }])
      })
    )
  )
})

describe("a handler outside of the transaction", () => {
  test(
    "takes effect at least once: it is durable before the checkpoint",
    onTable((opened) =>
      Effect.gen(function*() {
        yield* append(opened, "a", 1, 2, 3)
        yield* Effect.provideContext(Consumer.catchUp(notes(false), quick), losingACommit(opened))
        expect(yield* noted(opened)).toEqual([1, 2, 3, 1, 2, 3])
        const keys = yield* opened.sql<{ readonly count: number }>`SELECT count(DISTINCT key)::int AS count FROM notes`
        expect(keys[0]!.count).toBe(3)
      })
    )
  )

  test(
    "holds no lock while it waits, and its own appends are visible at once",
    onTable((opened) =>
      Effect.gen(function*() {
        yield* append(opened, "a", 1)
        const heads: Array<number> = []
        const consumer = notes(false, ({ n }) =>
          n > 1
            ? Effect.void
            : Effect.gen(function*() {
              yield* append(opened, "b", 2)
              heads.push(yield* opened.reader.head)
            }))
        yield* Effect.provideContext(Consumer.catchUp(consumer, quick), services(opened))
        expect(heads).toEqual([2])
      })
    )
  )
})

test(
  "a role with the rights of a projector runs a consumer, and retries its parked streams",
  onTable((opened) =>
    Effect.gen(function*() {
      const url = yield* LoginRole.ofKind(opened, ["projector"])
      yield* opened.sql.unsafe(`GRANT INSERT ON notes TO ${LoginRole.nameOf(url)}`)
      yield* opened.sql.unsafe(`GRANT USAGE ON SEQUENCE notes_place_seq TO ${LoginRole.nameOf(url)}`)
      const own = yield* Stores.open(url, { migrate: false })
      yield* append(opened, "a", 1, 2)
      let isBroken = true
      const consumer = notes(true, ({ n }) => n === 2 && isBroken ? Effect.fail("not yet") : Effect.void)
      const context = services(own)
      yield* Effect.provideContext(Consumer.catchUp(consumer, quick), context)
      expect(yield* noted(opened)).toEqual([1])
      isBroken = false
      const retry = Parked.retry(Consumer.target(consumer), Stores.streamName("tally-a"))
      expect(yield* Effect.provideContext(retry, context)).toEqual(Option.none())
      expect(yield* noted(opened)).toEqual([1, 2])
    })
  )
)

test(
  "a parked stream of many events is retried in batches, each event once, until one fails again",
  onTable((opened) =>
    Effect.gen(function*() {
      const numbers = Array.from({ length: 250 }, (_, n) => 1000 + n)
      const [first, ...rest] = numbers.map(Ticks.tick)
      yield* opened.store.append(Stores.streamName("tally-a"), [first!, ...rest])
      let bad = 1000
      const consumer = notes(true, ({ n }) => n === bad ? Effect.fail("not yet") : Effect.void)
      const retry = Parked.retry(Consumer.target(consumer), Stores.streamName("tally-a"))
      yield* Effect.provideContext(Consumer.catchUp(consumer, quick), services(opened))
      expect(yield* noted(opened)).toEqual([])
      bad = 1230
      expect(yield* Effect.provideContext(retry, services(opened))).toMatchObject(Option.some({ version: 231 }))
      expect(yield* noted(opened)).toEqual(numbers.slice(0, 230))
      bad = 0
      expect(yield* Effect.provideContext(retry, services(opened))).toEqual(Option.none())
      expect(yield* noted(opened)).toEqual(numbers)
    })
  )
)
