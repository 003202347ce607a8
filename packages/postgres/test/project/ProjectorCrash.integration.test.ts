// Projectors as processes, killed without warning: the next one continues from the last commit, so that every event
// is in the rows once, and readers are not affected.
import * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, test } from "vitest"
import * as Daemons from "../support/Daemons.ts"
import * as Following from "../support/Following.ts"
import { random } from "../support/Seed.ts"
import * as Soak from "../support/Soak.ts"
import * as Tally from "../support/Tally.ts"
import * as Ticks from "../support/Ticks.ts"

const { exact, generation, keepReading, keepWriting, look, onDatabase, untilGeneration } = Ticks

const killed = Soak.size({ test: 4, full: 100 })

test(
  "daemons that are killed repeatedly under load skip no event and fold none twice",
  onDatabase((opened) =>
    Effect.gen(function*() {
      const writers = [yield* keepWriting(opened), yield* keepWriting(opened)]
      for (let kills = 0; kills < killed; kills++) {
        const before = yield* generation(opened)
        const daemon = yield* Daemons.start(opened)
        yield* untilGeneration(opened, ({ checkpoint }) => checkpoint > (before?.checkpoint ?? 0))
        yield* Effect.sleep(random() * 150)
        yield* daemon.kill
        expect(yield* look(opened, Tally.tally())).toMatchObject(exact)
      }
      yield* Following.until(Effect.map(Following.storedAfter(opened.sql, 0), (ids) => ids.length > 500))
      yield* Fiber.interruptAll(writers)
      yield* Effect.provideContext(Projector.catchUp(Tally.tally()), Ticks.services(opened))
      const found = yield* look(opened, Tally.tally())
      expect(found).toMatchObject({ ...exact, position: yield* opened.reader.head })
      expect(found.events).toBeGreaterThan(500)
    })
  )
)

test(
  "one of two daemons takes over when the other is killed in the middle of a batch",
  onDatabase((opened) =>
    Effect.gen(function*() {
      yield* Ticks.appendMany(opened, 200)
      const writer = yield* keepWriting(opened)
      const owner = yield* Daemons.start(opened, { hangsAfter: 100 })
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint === 100, "Building")
      yield* Daemons.untilSession(opened.sql, owner, "idle in transaction")
      const other = yield* Daemons.start(opened)
      yield* Daemons.untilSession(opened.sql, other, "idle")
      // It tries to get ownership every second.
      yield* Effect.sleep("2 seconds")
      expect(yield* generation(opened, "Building")).toMatchObject({ checkpoint: 100 })
      yield* owner.kill
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint > 200)
      yield* Fiber.interrupt(writer)
      const head = yield* opened.reader.head
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint >= head)
      expect(other.isRunning()).toBe(true)
      expect(yield* look(opened, Tally.tally())).toMatchObject(exact)
    })
  )
)

test(
  "a rebuild that is killed continues from its checkpoint, and neither the rebuild nor the swap affects readers",
  onDatabase((opened) =>
    Effect.gen(function*() {
      yield* Ticks.appendMany(opened, 600)
      yield* Effect.provideContext(Projector.catchUp(Tally.tally()), Ticks.services(opened))
      const reading = yield* Effect.forkScoped(keepReading(opened, Tally.tally()))
      const killed = yield* Daemons.start(opened, { rebuild: true, hangsAfter: 200 })
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint === 200, "Building")
      yield* Daemons.untilSession(opened.sql, killed, "idle in transaction")
      yield* killed.kill
      const left = (yield* generation(opened, "Building"))!
      const next = yield* Daemons.start(opened, { rebuild: true, busy: 1 })
      const places: Array<number> = []
      const watch = Effect.map(generation(opened, "Building"), (one) => void places.push(one?.checkpoint ?? Infinity))
      yield* Effect.forkScoped(Effect.forever(Effect.andThen(watch, Effect.sleep("5 millis"))))
      expect(yield* next.ended).toBe("ended: done\n")
      expect(Math.min(...places)).toBeGreaterThanOrEqual(left.checkpoint)
      expect(yield* generation(opened)).toMatchObject({ id: left.id })
      expect(yield* look(opened, Tally.tally())).toMatchObject({ ...exact, events: 600 })
      expect(reading.pollUnsafe()).toBeUndefined()
    })
  )
)

test(
  "a newer version is built while the older one is kept up to date, then replaces it and ends its daemon",
  onDatabase((opened) =>
    Effect.gen(function*() {
      const [one, two] = [Tally.tally(), Tally.tally({ version: 2 })]
      yield* Ticks.appendMany(opened, 600)
      yield* Effect.provideContext(Projector.catchUp(one), Ticks.services(opened))
      const writer = yield* keepWriting(opened, 40)
      const reading = yield* Effect.forkScoped(keepReading(opened, one, two))
      const older = yield* Daemons.start(opened)
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint > 610)
      const half = yield* Daemons.start(opened, { version: 2, hangsAfter: 300 })
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint === 300, "Building")
      const before = (yield* generation(opened))!
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint > before.checkpoint)
      // Restarted meanwhile, it continues, because its rows are still live.
      yield* older.kill
      const again = yield* Daemons.start(opened)
      const killed = (yield* generation(opened))!
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint > killed.checkpoint)
      expect(yield* generation(opened)).toMatchObject({ version: 1 })
      yield* half.kill
      const newer = yield* Daemons.start(opened, { version: 2 })
      yield* untilGeneration(opened, ({ version }) => version === 2)
      expect(yield* again.ended).toBe("ended: ProjectionOutdated\n")
      yield* Fiber.interrupt(writer)
      const head = yield* opened.reader.head
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint >= head)
      expect(newer.isRunning()).toBe(true)
      expect(yield* look(opened, one)).toMatchObject(exact)
      expect(yield* look(opened, two)).toMatchObject(exact)
      expect(reading.pollUnsafe()).toBeUndefined()
    })
  )
)
