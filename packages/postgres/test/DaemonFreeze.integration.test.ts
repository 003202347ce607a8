// A daemon that is suspended in the middle of a batch: another takes over, and when it thaws it can write nothing of what
// it had begun, and goes on with what is left.
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import * as Daemons from "./support/Daemons.ts"
import * as Stores from "./support/Stores.ts"
import * as Tally from "./support/Tally.ts"
import * as Ticks from "./support/Ticks.ts"

const { exact, look, onDatabase, untilGeneration } = Ticks

/** Waits until the projection has moved on by more than one batch that may still be under way. */
const untilMoved = (opened: Stores.Opened) =>
  Effect.gen(function*() {
    const before = yield* Ticks.generation(opened, "Building")
    yield* untilGeneration(opened, ({ checkpoint }) => checkpoint > before!.checkpoint + 50, "Building")
  })

test(
  "a suspended owner loses the projection to another, and writes nothing of its batch when it thaws",
  onDatabase((opened) =>
    Effect.gen(function*() {
      yield* Ticks.appendMany(opened, 1000)
      const options = { busy: 3, batchSize: 40, frozenAfter: "1 seconds" } as const
      const daemons = [yield* Daemons.start(opened, options), yield* Daemons.start(opened, options)]
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint > 0, "Building")
      const owner = yield* Daemons.untilInBatch(opened.sql, daemons)
      yield* owner.suspend
      yield* untilMoved(opened)
      yield* owner.thaw
      yield* untilMoved(opened)
      // Left alone, the one that was thawed does the work.
      const other = daemons.find((one) => one !== owner)
      yield* other!.suspend
      yield* untilMoved(opened)
      yield* other!.thaw
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint === 1000)
      expect(yield* look(opened, Tally.tally())).toMatchObject({ ...exact, events: 1000 })
      expect(daemons.map(({ isRunning }) => isRunning())).toEqual([true, true])
    })
  ),
  60_000
)

test(
  "an owner that is suspended while a batch is being sent to it loses the projection, too",
  onDatabase((opened) =>
    Effect.gen(function*() {
      // More than the buffers between server and client hold.
      const text = "x".repeat(1_000_000)
      for (let n = 0; n < 30; n++) {
        const long = Stores.event({ type: "Ticked", data: { n, text } })
        yield* opened.store.append(Stores.freshStream("tally"), [long])
      }
      const sending = opened.sql`select from pg_stat_activity
        where datname = current_database() and application_name like 'daemon%' and wait_event = 'ClientWrite'`
      const isSending = Effect.map(sending, (rows) => rows.length > 0)
      const start = Daemons.start(opened, { frozenAfter: "1 seconds" })
      let owner = yield* start
      for (;;) {
        yield* Effect.repeat(isSending, { until: (is) => is })
        yield* owner.suspend
        yield* Effect.sleep("200 millis")
        if (yield* isSending) break
        // Too late: it had all of it.
        yield* owner.kill
        yield* Effect.forEach(yield* opened.readModels.generations(), ({ id }) => opened.readModels.drop(id))
        owner = yield* start
      }
      const other = yield* start
      const head = yield* opened.reader.head
      yield* Effect.timeout(untilGeneration(opened, ({ checkpoint }) => checkpoint === head), "20 seconds")
      yield* owner.thaw
      yield* Effect.sleep("300 millis")
      expect(yield* look(opened, Tally.tally())).toMatchObject(exact)
      expect([owner, other].map(({ isRunning }) => isRunning())).toEqual([true, true])
    })
  ),
  60_000
)
