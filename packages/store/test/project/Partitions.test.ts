import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Consumer from "@refold/store/consume/Consumer"
import { advance } from "@refold/store/internal/project/Advance"
import { defaults } from "@refold/store/internal/project/CatchUp"
import { EventReader } from "@refold/store/log/EventReader"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Parked from "@refold/store/project/Parked"
import * as Partitions from "@refold/store/project/Partitions"
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { append, type codec, run, runAtZero, stored, stream } from "../support/Account.ts"
import { balances, catchUp, changed, deposit, hasty, pass, repaired, seen, total } from "../support/Balances.ts"
import * as Mail from "../support/Mail.ts"
import * as Transferring from "../support/Transferring.ts"

const ids = ["a", "b", "c", "d", "e", "f", "g", "h"]

const depositAll = (amount: number) => Effect.forEach(ids, (id) => deposit(id, amount), { discard: true })

const all = (amount: number) => Object.fromEntries(ids.map((id) => [id, amount]))

let n = 5000

const deposits = EventCodec.makeUnsafe([EventType.make("Deposited", Schema.Struct({ amount: Schema.Number }))])

/** One event of the partition that is furthest behind. */
const step = Effect.gen(function*() {
  const head = yield* (yield* EventReader).logHead
  const { id } = yield* (yield* ReadModelStore).live("balances")
  return yield* advance(Projector.targetOf(balances), id, { head }, { ...defaults, batchSize: 1 })
})

const positions = Effect.map(Partitions.list(balances), (all) => all.map(({ position }) => position))

describe("a number of partitions", () => {
  it.each([0, -1, 1.5, Number.NaN, 10_001])("is not %s", (partitions) =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(Partitions.change(balances, partitions))).toMatchObject({
        _tag: "InvalidInput",
        field: "partitions",
        rule: "must be a whole number from 1 to 10000"
      })
    })))

  it("may be 10,000", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* catchUp
      yield* Partitions.change(balances, 10_000)
      expect(yield* Partitions.list(balances)).toHaveLength(10_000)
      yield* Partitions.change(balances, 1)
      expect(yield* positions).toEqual([1])
    })))

  it("is one for a projection that is not keyed by stream", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(Partitions.change(total, 2))).toMatchObject({
        _tag: "InvalidInput",
        field: "projection"
      })
      yield* Partitions.change(total, 1)
    })))

  it("is kept by a rebuild and by a raised version, and their rows go live when all partitions are at the head", () =>
    run(Effect.gen(function*() {
      yield* depositAll(1)
      yield* catchUp
      yield* Partitions.change(balances, 3)
      yield* Stream.runDrain(Rebuild.rebuild(balances, { batchSize: 1 }))
      expect(yield* positions).toEqual([8, 8, 8])
      const doubled = changed({
        version: 2,
        evolve: ({ balance, events }, { amount }) => ({ balance: balance + 2 * amount, events: events + 1 })
      })
      yield* Stream.runDrain(Rebuild.rebuild(doubled, { batchSize: 1, workers: 2 }))
      expect(yield* positions).toEqual([8, 8, 8])
      expect(yield* seen(doubled)).toEqual(all(2))
    })))

  it("is shown by the status", () =>
    run(Effect.gen(function*() {
      yield* depositAll(1)
      yield* catchUp
      yield* Partitions.change(balances, 3)
      expect((yield* ProjectionStatus.of(balances)).live).toMatchObject(Option.some({ partitions: 3, position: 8 }))
    })))

  it("changes while the projection runs, and nothing is lost", () =>
    runAtZero(Effect.gen(function*() {
      const running = yield* Effect.forkScoped(Projector.run(balances, { ...hasty, workers: 2 }))
      yield* pass(1000)
      for (const partitions of [4, 2, 7, 1]) {
        const changing = yield* Effect.forkScoped(Partitions.change(balances, partitions))
        yield* depositAll(1)
        yield* pass(2000)
        yield* Fiber.join(changing)
        expect(yield* Partitions.list(balances)).toHaveLength(partitions)
      }
      expect(yield* seen()).toEqual(all(4))
      yield* Fiber.interrupt(running)
    })))
})

describe("partitions", () => {
  it("have the progress of the one that is furthest behind, in the status and for awaitPosition", () =>
    run(Effect.gen(function*() {
      yield* catchUp
      yield* Partitions.change(balances, 2)
      yield* depositAll(1)
      yield* step
      const [first, second] = yield* positions
      expect([first! > 0, second! > 0].filter(Boolean)).toHaveLength(1)
      expect((yield* ProjectionStatus.of(balances)).live).toMatchObject(Option.some({ position: 0 }))
      const awaiting = ReadModel.awaitPosition(balances, yield* (yield* EventReader).head, { timeout: "20 millis" })
      expect(yield* Effect.flip(awaiting)).toMatchObject({ _tag: "AwaitTimeout", reached: Option.some(0) })
      yield* catchUp
      yield* awaiting
    })))

  it("are projected one after another, the one that is furthest behind first", () =>
    run(Effect.gen(function*() {
      yield* catchUp
      yield* Partitions.change(balances, 3)
      yield* depositAll(1)
      const steps = [yield* step, yield* step, yield* step].map(Option.getOrThrow)
      expect(steps.map(({ partition }) => partition)).toEqual([0, 1, 2])
    })))

  it("continue while the owner of one of them hangs", () =>
    run(Effect.gen(function*() {
      yield* catchUp
      yield* Partitions.change(balances, 2)
      yield* depositAll(1)
      const store = yield* ReadModelStore
      const { id } = yield* store.live("balances")
      yield* Effect.forkScoped(store.update(id, () => Effect.never, { partition: 0 }))
      yield* Effect.yieldNow
      for (let steps = 0; steps < ids.length; steps++) yield* step
      const [hung, other] = yield* positions
      expect([hung, other]).toEqual([0, 8])
    })))
})

describe("a stream that is parked", () => {
  it("stays with its partition, and is retried there, however often the number changes", () =>
    run(Effect.gen(function*() {
      yield* depositAll(1)
      yield* deposit("a", 13)
      yield* catchUp
      for (const partitions of [3, 5, 2]) {
        yield* Partitions.change(balances, partitions, hasty)
        yield* deposit("a", 1)
        yield* deposit("b", 1)
        yield* catchUp
        expect(yield* Parked.list(balances)).toMatchObject([{ stream: "account-a", version: 2 }])
      }
      expect(yield* seen()).toMatchObject({ a: 1, b: 4 })
      expect(yield* Parked.retry(repaired, stream("a"))).toEqual(Option.none())
      expect(yield* seen()).toMatchObject({ a: 17, b: 4 })
      expect((yield* Partitions.list(balances)).map(({ parked }) => parked)).toEqual([0, 0])
    })))

  it("ends a change if events are partitioned by a key: it belongs to several partitions", () =>
    run(Effect.gen(function*() {
      const { amounts, consumer } = Mail.make({ partitionBy: ({ amount }) => String(amount) })
      const mail = Consumer.target(consumer)
      yield* deposit("a", 1, 13, 2)
      yield* Consumer.catchUp(consumer, Mail.hasty)
      expect(yield* Effect.flip(Partitions.change(mail, 2))).toMatchObject({
        _tag: "InvalidInput",
        field: "partitions",
        rule:
          "must not change while streams are parked and events are partitioned by a key: retry or discard them first"
      })
      yield* deposit("b", 3)
      yield* Consumer.catchUp(consumer, Mail.hasty)
      yield* Parked.discard(mail, stream("a"), "it brings bad luck")
      yield* Partitions.change(mail, 2)
      yield* deposit("b", 4)
      yield* Consumer.catchUp(consumer, Mail.hasty)
      expect(amounts()).toEqual([1, 3, 2, 4])
    })))

  it("is parked in every partition by an event without a key, and retried in each", () =>
    run(Effect.gen(function*() {
      const make = (broken: boolean) =>
        Mail.make({
          before: () => Effect.void,
          partitionBy: ({ amount }) => {
            if (broken && amount === 5) throw new Error("no key")
            return String(amount)
          }
        })
      const [broken, repaired] = [make(true), make(false)]
      yield* Consumer.catchUp(broken.consumer)
      yield* Partitions.change(Consumer.target(broken.consumer), 3)
      yield* deposit("a", 4, 5, 6, 7, 8)
      yield* Consumer.catchUp(broken.consumer, Mail.hasty)
      expect(broken.amounts()).toEqual([4])
      expect(yield* Parked.list(broken.consumer)).toMatchObject(
        Array.from({ length: 3 }, () => ({ stream: "account-a", version: 2, stage: "Keys" }))
      )
      expect(yield* Parked.retry(Consumer.target(repaired.consumer), stream("a"))).toEqual(Option.none())
      expect(repaired.amounts().toSorted((one, two) => one - two)).toEqual([5, 6, 7, 8])
    })))
})

describe("code that partitions events differently", () => {
  it("is refused while there are several partitions", () =>
    run(Effect.gen(function*() {
      const [byStream, byKey] = [Mail.make(), Mail.make({ partitionBy: ({ amount }) => String(amount) })]
      yield* Consumer.catchUp(byStream.consumer)
      yield* Partitions.change(Consumer.target(byStream.consumer), 2)
      yield* deposit("a", 1)
      expect(yield* Effect.flip(Consumer.catchUp(byKey.consumer))).toMatchObject({
        _tag: "DefinitionMismatch",
        remedy: "make it one partition with the former code"
      })
      yield* Consumer.catchUp(byStream.consumer)
      yield* Partitions.change(Consumer.target(byStream.consumer), 1)
      yield* deposit("b", 2)
      yield* Consumer.catchUp(byKey.consumer)
      expect([byStream.amounts(), byKey.amounts()]).toEqual([[1], [2]])
    })))
})

describe("a consumer that has never run", () => {
  it("begins at the start of its definition, in the requested number of partitions", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      const { amounts, consumer } = Mail.make({ startAt: "now" })
      yield* Partitions.change(Consumer.target(consumer), 3)
      yield* deposit("a", 2)
      yield* Consumer.catchUp(consumer, { workers: 3 })
      expect(amounts()).toEqual([2])
    })))
})

describe("event types that are added", () => {
  it("are read by each partition up to its checkpoint, and are complete when all have read them", () =>
    run(Effect.gen(function*() {
      const before = Mail.make({ events: deposits as unknown as typeof codec })
      yield* Consumer.catchUp(before.consumer)
      yield* Partitions.change(Consumer.target(before.consumer), 3)
      for (const id of ids) yield* append(id, stored(++n), stored(++n, { type: "Withdrawn" }))
      yield* Consumer.catchUp(before.consumer)
      const { consumer, sent } = Mail.make({ before: () => Effect.void })
      const store = yield* ReadModelStore
      const { id } = yield* store.live("mail")
      const target = Consumer.target(consumer)
      yield* advance(target, id, { head: yield* (yield* EventReader).logHead }, defaults)
      expect(yield* store.live("mail")).toMatchObject({ addition: { definition: expect.any(String) } })
      expect(yield* Effect.flip(Consumer.catchUp(before.consumer))).toMatchObject({ _tag: "DefinitionMismatch" })
      yield* Consumer.catchUp(consumer, { workers: 2 })
      expect(sent.map(({ version }) => version)).toEqual(ids.map(() => 2))
      expect(yield* store.live("mail")).toMatchObject({ definition: target.definition, addition: undefined })
    })))
})

describe("a process", () => {
  it("is observed in partitions by instance", () =>
    Transferring.run(Effect.gen(function*() {
      const process = Transferring.payments()
      yield* Transferring.settle(process)
      yield* Partitions.change(ProcessRunner.observer(process), 3)
      for (const id of ids) yield* Transferring.request(id, "x", "y", 1)
      yield* Transferring.settle(process, { observers: 2 })
      expect(yield* Transferring.coinsOf("y")).toBe(ids.length)
      expect(yield* Partitions.list(ProcessRunner.observer(process))).toHaveLength(3)
    })))
})
