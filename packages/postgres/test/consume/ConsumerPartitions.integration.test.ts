// Programs that share the partitions of a consumer are killed and suspended while the number of partitions changes: nothing is
// lost, and the order of each stream is kept.
import * as Consumer from "@refold/store/consume/Consumer"
import * as Partitions from "@refold/store/project/Partitions"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import * as ConsumerPrograms from "../support/ConsumerPrograms.ts"
import * as Following from "../support/Following.ts"
import { below, random } from "../support/Seed.ts"
import * as Soak from "../support/Soak.ts"
import type * as Stores from "../support/Stores.ts"
import * as Ticks from "../support/Ticks.ts"

const rounds = Soak.size({ test: 3, full: 50 })

const ownerIdleTimeout = "3 seconds"

const positions = ({ reader }: Pick<Stores.Opened, "reader">) =>
  Effect.map(Stream.runCollect(reader.readAll()), (events) => events.map(({ position }) => position))

const untilAtHead = (opened: Stores.Opened) =>
  Effect.flatMap(
    opened.reader.head,
    (head) => Ticks.untilGeneration(opened, ({ checkpoint }) => checkpoint >= head, "Live", "deliveries")
  )

const change = (opened: Stores.Opened, file: string, partitions: number) =>
  Effect.provideContext(
    Partitions.change(Consumer.target(ConsumerPrograms.consumer(file)), partitions),
    Ticks.services(opened)
  )

const untilMore = (file: string) =>
  Effect.suspend(() => {
    const { length } = ConsumerPrograms.read(file)
    return Following.until(Effect.sync(() => ConsumerPrograms.read(file).length > length))
  })

const sound = { missing: [], wrong: [], shared: 0 }

test(
  "programs that share partitions, and are killed and suspended while the number of partitions changes, lose nothing and keep the order of each stream",
  Ticks.onDatabase((opened) =>
    Effect.gen(function*() {
      const file = yield* ConsumerPrograms.deliveries
      yield* change(opened, file, 4)
      const writers = [yield* Ticks.keepWriting(opened), yield* Ticks.keepWriting(opened)]
      for (let round = 0; round < rounds; round++) {
        const [one, two] = [
          yield* ConsumerPrograms.start(opened, file, { ownerIdleTimeout, workers: 2 }),
          yield* ConsumerPrograms.start(opened, file, { ownerIdleTimeout, workers: 2 })
        ]
        yield* untilMore(file)
        yield* Effect.sleep(random() * 300)
        yield* one.kill
        yield* two.suspend
        const three = yield* ConsumerPrograms.start(opened, file, { ownerIdleTimeout, workers: 2 })
        yield* change(opened, file, 1 + below(6))
        yield* two.resume
        yield* untilMore(file)
        yield* two.kill
        yield* three.kill
      }
      yield* Fiber.interruptAll(writers)
      yield* ConsumerPrograms.start(opened, file, { workers: 4 })
      yield* untilAtHead(opened)
      expect(ConsumerPrograms.check(ConsumerPrograms.read(file), yield* positions(opened))).toMatchObject(sound)
    })
  )
)

test(
  "a program that hangs in one partition delays no other partition, and another program takes it over when the first is killed",
  Ticks.onDatabase((opened) =>
    Effect.gen(function*() {
      const file = yield* ConsumerPrograms.deliveries
      yield* change(opened, file, 4)
      yield* Ticks.appendMany(opened, 1000)
      const hanging = yield* ConsumerPrograms.start(opened, file, { hangsAt: 1 })
      yield* Following.until(Effect.sync(() => ConsumerPrograms.read(file).length > 0))
      yield* ConsumerPrograms.start(opened, file)
      const events = yield* Stream.runCollect(opened.reader.readAll())
      const { stream } = events[0]!
      const isRead = Effect.sync(() => new Set(ConsumerPrograms.read(file).map(({ stream }) => stream)).size > 1)
      yield* Following.until(isRead)
      const partitions = Effect.provideContext(
        Partitions.list({ name: "deliveries" }),
        Ticks.services(opened)
      )
      // All partitions except the hanging one are at the head.
      yield* Following.until(
        Effect.map(partitions, (all) => all.filter(({ position }) => position === 1000).length === 3)
      )
      expect(ConsumerPrograms.read(file).filter((line) => line.stream === stream)).toHaveLength(1)
      yield* hanging.kill
      yield* untilAtHead(opened)
      expect(ConsumerPrograms.check(ConsumerPrograms.read(file), yield* positions(opened))).toEqual({
        ...sound,
        repeated: 1
      })
    })
  )
)
