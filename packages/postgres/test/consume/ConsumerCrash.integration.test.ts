// Programs that run a consumer are killed and suspended between the effect and the checkpoint: nothing is lost, and an event
// that is delivered again has the same key.
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import * as ConsumerPrograms from "../support/ConsumerPrograms.ts"
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
    (head) => untilGeneration(opened, ({ checkpoint }) => checkpoint >= head, "Live", "deliveries")
  )

const sound = { missing: [], wrong: [], shared: 0 }

/** The checkpoints of a consumer that hangs at event 30: after a batch of 20, or later on a slow machine, which stores more often. */
const checkpointsBefore30 = Array.from({ length: 10 }, (_, n) => 20 + n)

const checkpointOf = (opened: Stores.Opened) =>
  Effect.map(Ticks.generation(opened, "Live", "deliveries"), (live) => Number(live?.checkpoint))

test(
  "a consumer that is killed between the effect and the checkpoint delivers the event again with the same key",
  onDatabase((opened) =>
    Effect.gen(function*() {
      yield* Ticks.appendMany(opened, 100)
      const file = yield* ConsumerPrograms.deliveries
      const program = yield* ConsumerPrograms.start(opened, file, { hangsAt: 30 })
      yield* Following.until(Effect.sync(() => ConsumerPrograms.read(file).length === 30))
      const checkpoint = yield* checkpointOf(opened)
      expect(checkpointsBefore30).toContain(checkpoint)
      yield* program.kill
      yield* ConsumerPrograms.start(opened, file)
      yield* untilAtHead(opened)
      expect(ConsumerPrograms.check(ConsumerPrograms.read(file), yield* positions(opened))).toEqual({
        ...sound,
        repeated: 30 - checkpoint
      })
    })
  )
)

test(
  "consumers that are killed repeatedly under load lose nothing and keep the order of each stream",
  onDatabase((opened) =>
    Effect.gen(function*() {
      const file = yield* ConsumerPrograms.deliveries
      const writers = [yield* keepWriting(opened), yield* keepWriting(opened)]
      for (let kills = 0; kills < killed; kills++) {
        const before = ConsumerPrograms.read(file).length
        const program = yield* ConsumerPrograms.start(opened, file)
        yield* Following.until(Effect.sync(() => ConsumerPrograms.read(file).length > before))
        yield* Effect.sleep(random() * 150)
        yield* program.kill
      }
      yield* Fiber.interruptAll(writers)
      yield* ConsumerPrograms.start(opened, file)
      yield* untilAtHead(opened)
      expect(ConsumerPrograms.check(ConsumerPrograms.read(file), yield* positions(opened))).toMatchObject(sound)
    })
  )
)

test(
  "a consumer that receives SIGTERM finishes the current event and stores its checkpoint, so nothing is delivered again",
  onDatabase((opened) =>
    Effect.gen(function*() {
      yield* Ticks.appendMany(opened, 500)
      const file = yield* ConsumerPrograms.deliveries
      for (let stops = 0; stops < 3; stops++) {
        const before = ConsumerPrograms.read(file).length
        const program = yield* ConsumerPrograms.start(opened, file)
        yield* Following.until(Effect.sync(() => ConsumerPrograms.read(file).length > before))
        yield* program.stop
      }
      expect(ConsumerPrograms.read(file).length).toBeLessThan(500)
      yield* ConsumerPrograms.start(opened, file)
      yield* untilAtHead(opened)
      expect(ConsumerPrograms.check(ConsumerPrograms.read(file), yield* positions(opened))).toEqual({
        ...sound,
        repeated: 0
      })
    })
  )
)

test(
  "a consumer that is suspended in a handler loses its ownership, and stores nothing when it resumes",
  onDatabase((opened) =>
    Effect.gen(function*() {
      yield* Ticks.appendMany(opened, 100)
      const file = yield* ConsumerPrograms.deliveries
      const program = yield* ConsumerPrograms.start(opened, file, { hangsAt: 30, ownerIdleTimeout: "3 seconds" })
      yield* Following.until(Effect.sync(() => ConsumerPrograms.read(file).length === 30))
      const checkpoint = yield* checkpointOf(opened)
      expect(checkpointsBefore30).toContain(checkpoint)
      const other = yield* ConsumerPrograms.start(opened, file, { ownerIdleTimeout: "3 seconds" })
      // Longer than the idle timeout: a long-running handler does not make its owner idle.
      yield* Effect.sleep("4 seconds")
      expect(ConsumerPrograms.read(file)).toHaveLength(30)
      yield* program.suspend
      yield* untilAtHead(opened)
      const { length } = ConsumerPrograms.read(file)
      yield* other.kill
      yield* program.resume
      yield* Ticks.appendMany(opened, 100)
      yield* untilAtHead(opened)
      const lines = ConsumerPrograms.read(file)
      expect(lines.slice(length).every(({ position }) => position > 100)).toBe(true)
      expect(ConsumerPrograms.check(lines, yield* positions(opened))).toEqual({ ...sound, repeated: 30 - checkpoint })
    })
  )
)
