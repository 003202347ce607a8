// Programs that run a consumer are killed and suspended between the effect and the checkpoint: nothing is lost, and an event
// that is delivered again has the same key.
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import * as Couriers from "../support/Couriers.ts"
import * as Following from "../support/Following.ts"
import { random } from "../support/Seed.ts"
import * as Soak from "../support/Soak.ts"
import type * as Stores from "../support/Stores.ts"
import * as Ticks from "../support/Ticks.ts"

const { keepWriting, onDatabase, untilGeneration } = Ticks

const killed = Soak.size({ test: 4, full: 100 })

const positions = ({ reader }: Pick<Stores.Opened, "reader">) =>
  Effect.map(Stream.runCollect(reader.readAll()), (events) => events.map(({ position }) => position))

const untilAtHead = (opened: Stores.Opened) =>
  Effect.flatMap(
    opened.reader.head,
    (head) => untilGeneration(opened, ({ checkpoint }) => checkpoint >= head, "Live", "courier")
  )

const sound = { missing: [], wrong: [], shared: 0 }

test(
  "a consumer that is killed between the effect and the checkpoint delivers the event again with the same key",
  onDatabase((opened) =>
    Effect.gen(function*() {
      yield* Ticks.appendMany(opened, 100)
      const file = yield* Couriers.letters
      const courier = yield* Couriers.start(opened, file, { hangsAt: 30 })
      yield* Following.until(Effect.sync(() => Couriers.read(file).length === 30))
      expect(yield* Ticks.generation(opened, "Live", "courier")).toMatchObject({ checkpoint: 20 })
      yield* courier.kill
      yield* Couriers.start(opened, file)
      yield* untilAtHead(opened)
      expect(Couriers.check(Couriers.read(file), yield* positions(opened))).toEqual({ ...sound, again: 10 })
    })
  )
)

test(
  "consumers that are killed repeatedly under load lose nothing and keep the order of each stream",
  onDatabase((opened) =>
    Effect.gen(function*() {
      const file = yield* Couriers.letters
      const writers = [yield* keepWriting(opened), yield* keepWriting(opened)]
      for (let kills = 0; kills < killed; kills++) {
        const before = Couriers.read(file).length
        const courier = yield* Couriers.start(opened, file)
        yield* Following.until(Effect.sync(() => Couriers.read(file).length > before))
        yield* Effect.sleep(random() * 150)
        yield* courier.kill
      }
      yield* Fiber.interruptAll(writers)
      yield* Couriers.start(opened, file)
      yield* untilAtHead(opened)
      expect(Couriers.check(Couriers.read(file), yield* positions(opened))).toMatchObject(sound)
    })
  )
)

test(
  "a consumer that is told to stop finishes the current event and stores its checkpoint, so nothing is delivered again",
  onDatabase((opened) =>
    Effect.gen(function*() {
      yield* Ticks.appendMany(opened, 500)
      const file = yield* Couriers.letters
      for (let stops = 0; stops < 3; stops++) {
        const before = Couriers.read(file).length
        const courier = yield* Couriers.start(opened, file)
        yield* Following.until(Effect.sync(() => Couriers.read(file).length > before))
        yield* courier.stop
      }
      expect(Couriers.read(file).length).toBeLessThan(500)
      yield* Couriers.start(opened, file)
      yield* untilAtHead(opened)
      expect(Couriers.check(Couriers.read(file), yield* positions(opened))).toEqual({ ...sound, again: 0 })
    })
  )
)

test(
  "a consumer that is suspended in a handler loses its ownership, and stores nothing when it resumes",
  onDatabase((opened) =>
    Effect.gen(function*() {
      yield* Ticks.appendMany(opened, 100)
      const file = yield* Couriers.letters
      const courier = yield* Couriers.start(opened, file, { hangsAt: 30, ownerIdleTimeout: "3 seconds" })
      yield* Following.until(Effect.sync(() => Couriers.read(file).length === 30))
      const other = yield* Couriers.start(opened, file, { ownerIdleTimeout: "3 seconds" })
      // Longer than the idle timeout: a long-running handler does not make its owner idle.
      yield* Effect.sleep("4 seconds")
      expect(Couriers.read(file)).toHaveLength(30)
      yield* courier.suspend
      yield* untilAtHead(opened)
      const { length } = Couriers.read(file)
      yield* other.kill
      yield* courier.thaw
      yield* Ticks.appendMany(opened, 100)
      yield* untilAtHead(opened)
      const lines = Couriers.read(file)
      expect(lines.slice(length).every(({ position }) => position > 100)).toBe(true)
      expect(Couriers.check(lines, yield* positions(opened))).toEqual({ ...sound, again: 10 })
    })
  )
)
