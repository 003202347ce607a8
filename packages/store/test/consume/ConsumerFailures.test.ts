// A handler that fails is retried with the same key, then its stream is parked and the others continue.
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Consumer from "@refold/store/consume/Consumer"
import * as Parked from "@refold/store/project/Parked"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as Account from "../support/Account.ts"
import { run, runAtZero, stored, stream, times } from "../support/Account.ts"
import { deposit, down, garble, pass, withRows } from "../support/Balances.ts"
import { logging } from "../support/Logging.ts"
import * as Mail from "../support/Mail.ts"

const parkedOf = <R>(consumer: Consumer.Consumer<Account.Event, R>) => Parked.list(consumer)

const failing = (failures: number, then: Effect.Effect<unknown, unknown> = Effect.fail("not yet")) => {
  const tries: Array<string> = []
  let left = failures
  const before = ({ amount }: Account.Event, { key }: Consumer.Delivery) =>
    Effect.suspend(() => {
      tries.push(`${amount} ${key}`)
      return amount === 13 && left-- > 0 ? then : Effect.void
    })
  return { tries, before }
}

describe("a handler that fails", () => {
  it.each<[string, Effect.Effect<unknown, unknown>, string]>([
    ["fails with a text", Effect.fail("no"), "no"],
    ["fails with an error", Effect.fail(new Error("no")), "no"],
    ["dies", Effect.die(new Error("no")), "no"],
    [
      "throws",
      Effect.suspend(() => {
        throw new Error("no")
      }),
      "no"
    ],
    ["interrupts itself", Effect.interrupt, "it interrupted itself"],
    ["never ends", Effect.never, "it took longer than 30s"],
    ["can never be interrupted", Effect.uninterruptible(Effect.never), "it took longer than 30s"]
  ])("because it %s parks its stream, and the others continue", (_, then, reason) =>
    runAtZero(Effect.gen(function*() {
      const { before } = failing(Infinity, then)
      const { amounts, consumer } = Mail.make({ before })
      yield* deposit("a", 1, 13, 2)
      yield* deposit("b", 3)
      yield* Consumer.start(consumer, Mail.hasty)
      yield* pass(1000)
      yield* pass(30_000)
      yield* pass(2000)
      expect(amounts()).toEqual([1, 3])
      expect(yield* parkedOf(consumer)).toMatchObject([
        { stream: "account-a", version: 2, type: "Deposited", stage: "Handle", reason, attempts: 1 }
      ])
    })))

  it("is retried with the same key, after a growing pause, and earlier events are not repeated", () =>
    runAtZero(Effect.gen(function*() {
      const { before, tries } = failing(3)
      const { amounts, consumer } = Mail.make({ before })
      yield* deposit("a", 1, 13, 2)
      yield* Consumer.start(consumer, { backoff: "10 seconds" })
      yield* pass(1000)
      const [first, failed] = tries
      expect(tries).toEqual([first, failed])
      yield* pass(10_000)
      expect(tries).toEqual([first, failed, failed])
      yield* pass(10_000)
      expect(tries).toEqual([first, failed, failed, failed])
      yield* pass(10_000)
      expect(tries).toHaveLength(4)
      yield* pass(10_000)
      expect(tries).toEqual([first, failed, failed, failed, failed, tries[5]])
      expect(amounts()).toEqual([1, 13, 2])
      expect(yield* parkedOf(consumer)).toEqual([])
    })))

  it.each([1, 2, 5])("parks after %i attempts, exactly", (attempts) =>
    run(Effect.gen(function*() {
      const { before, tries } = failing(Infinity)
      const { amounts, consumer } = Mail.make({ before })
      yield* deposit("a", 1, 13, 2)
      yield* deposit("b", 3)
      yield* Consumer.catchUp(consumer, { attempts, backoff: "1 millis" })
      expect(tries.filter((one) => one.startsWith("13"))).toHaveLength(attempts)
      expect(amounts()).toEqual([1, 3])
      expect(yield* parkedOf(consumer)).toMatchObject([{ attempts }])
    })))

  it("that parks its stream is logged with the attempts, the reason and the remedy", () => {
    const { capture, logged } = logging()
    return run(
      Effect.gen(function*() {
        const { consumer } = Mail.make({ before: failing(Infinity).before })
        yield* deposit("a", 1, 13, 2)
        yield* Consumer.catchUp(consumer, { attempts: 2, backoff: "1 millis" })
        expect(logged.filter((line) => line.includes("has parked"))).toEqual([
          expect.stringMatching(
            /^Warn: consumer "mail" has parked stream "account-a" at event 2 \(Deposited\) after 2 attempts: not yet\. .*Parked\.retry.*Parked\.discard$/
          )
        ])
      }).pipe(capture)
    )
  })

  it("continues with the stream after a retry, with the same key", () =>
    run(Effect.gen(function*() {
      const { before, tries } = failing(1)
      const { amounts, consumer } = Mail.make({ before })
      yield* deposit("a", 13, 2)
      yield* Consumer.catchUp(consumer, Mail.hasty)
      expect(amounts()).toEqual([])
      expect(yield* Parked.retry(Consumer.target(consumer), stream("a"))).toEqual(Option.none())
      expect(amounts()).toEqual([13, 2])
      expect(tries[1]).toBe(tries[0])
      yield* deposit("a", 3)
      yield* Consumer.catchUp(consumer)
      expect(amounts()).toEqual([13, 2, 3])
    })))

  it("is parked again at the event that fails in a retry", () =>
    run(Effect.gen(function*() {
      const { amounts, consumer } = Mail.make({ before: failing(Infinity).before })
      yield* deposit("a", 13, 2)
      yield* Consumer.catchUp(consumer, Mail.hasty)
      expect(yield* Parked.retry(Consumer.target(consumer), stream("a")))
        .toMatchObject(Option.some({ version: 1, attempts: 2 }))
      expect(amounts()).toEqual([])
    })))

  it("is retried in steps: handled events stay handled if the retry is interrupted", () =>
    runAtZero(Effect.gen(function*() {
      let isBroken = true
      const { amounts, consumer } = Mail.make({
        before: () => isBroken ? Effect.fail("down") : Effect.sleep("600 millis")
      })
      yield* deposit("a", 1, 2, 3, 4, 5)
      yield* Consumer.catchUp(consumer, Mail.hasty)
      isBroken = false
      const retrying = yield* Effect.forkChild(Parked.retry(Consumer.target(consumer), stream("a")))
      yield* pass(600)
      yield* pass(600)
      yield* pass(600)
      yield* Fiber.interrupt(retrying)
      const [parked] = yield* parkedOf(consumer)
      expect(parked).toMatchObject({ stream: "account-a", attempts: 0 })
      expect(parked!.version).toBeGreaterThan(1)
      const { length } = amounts()
      const rest = yield* Effect.forkChild(Parked.retry(Consumer.target(consumer), stream("a")))
      for (let n = 0; n < 10; n++) yield* pass(600)
      expect(yield* Fiber.join(rest)).toEqual(Option.none())
      expect(amounts().slice(length)).toEqual([1, 2, 3, 4, 5].slice(parked!.version - 1))
    })))

  it("skips a discarded event, and continues with its stream", () =>
    run(Effect.gen(function*() {
      const { amounts, consumer } = Mail.make({ before: failing(Infinity).before })
      yield* deposit("a", 1, 13, 2)
      yield* Consumer.catchUp(consumer, Mail.hasty)
      yield* Parked.discard(Consumer.target(consumer), stream("a"), "the address is gone")
      expect(amounts()).toEqual([1, 2])
      expect(yield* Parked.listDiscarded(consumer)).toMatchObject([{ version: 2, reason: "the address is gone" }])
    })))

  it("is not run on data that cannot be decoded: its stream is parked", () =>
    run(Effect.gen(function*() {
      const { consumer, sent } = Mail.make()
      yield* garble("a")
      yield* Consumer.catchUp(consumer, Mail.hasty)
      expect(sent).toEqual([])
      expect(yield* parkedOf(consumer)).toMatchObject([{ stage: "Event" }])
    })))

  it("that answers after its timeout has failed, and is run again with the same key", () =>
    runAtZero(Effect.gen(function*() {
      const answer = yield* Deferred.make<void>()
      const { before, tries } = failing(1, Effect.uninterruptible(Deferred.await(answer)))
      const { amounts, consumer } = Mail.make({ before, timeout: "2 seconds" })
      yield* deposit("a", 13)
      yield* Consumer.start(consumer)
      yield* pass(1000)
      yield* pass(4000)
      yield* Deferred.succeed(answer, undefined)
      yield* pass(1000)
      expect(amounts()).toEqual([13])
      expect(tries).toEqual([tries[0], tries[0]])
    })))
})

describe("a checkpoint that cannot be stored", () => {
  it("leaves the events to be delivered again with the same keys", () =>
    run(Effect.gen(function*() {
      const { consumer, sent } = Mail.make()
      yield* deposit("a", 1, 2)
      const once = times(1, Effect.fail(down))
      yield* Consumer.catchUp(consumer).pipe(withRows(({ update }) => ({
        update: (id, body, options) =>
          update(id, (batch) =>
            body({
              ...batch,
              save: (changes) =>
                changes.checkpoint === 0 ? batch.save(changes) : Effect.andThen(once, batch.save(changes))
            }), options)
      })))
      expect(sent.map(({ amount }) => amount)).toEqual([1, 2, 1, 2])
      expect(sent.slice(2)).toEqual(sent.slice(0, 2))
    })))
})

const Deposited = EventType.make("Deposited", Schema.Struct({ amount: Schema.Number })).pipe(
  EventType.upcast(Schema.Struct({ amount: Schema.Number, by: Schema.String }), (fields) => ({ ...fields, by: "" }))
)
const Withdrawn = EventType.make("Withdrawn", Schema.Struct({ amount: Schema.Number }))
const deposits = EventCodec.makeUnsafe([EventType.make("Deposited", Schema.Struct({ amount: Schema.Number }))])
const newerCodec = EventCodec.makeUnsafe([Deposited, Withdrawn])

describe("deployments", () => {
  it("code that is too old for an event waits before it and parks nothing; newer code continues", () =>
    runAtZero(Effect.gen(function*() {
      const older = Mail.make()
      const newer = Mail.make({ events: newerCodec as unknown as EventCodec.EventCodec<Account.Event> })
      const { capture, logged } = logging()
      const running = yield* capture(Consumer.start(older.consumer))
      yield* deposit("a", 1)
      yield* Account.append("a", stored(7001, { schemaVersion: 2, data: { amount: 2, by: "Ada" } }))
      yield* deposit("b", 3)
      yield* pass(2000)
      expect(older.amounts()).toEqual([1])
      expect(yield* parkedOf(older.consumer)).toEqual([])
      expect(Option.getOrThrow(yield* running.outdated)).toMatchObject({ _tag: "NewerSchemaVersion", version: 2 })
      expect(logged).toEqual([expect.stringMatching(/^Warn: consumer ".+" waits before position 2 for newer code/)])
      yield* Consumer.catchUp(newer.consumer)
      expect(newer.amounts()).toEqual([2, 3])
      yield* deposit("a", 4)
      yield* pass(6000)
      expect(older.amounts()).toEqual([1, 4])
    })))

  it.each<[Consumer.Definition<Account.Event>["startAt"], ReadonlyArray<number>]>([
    ["start", [-2, 5]],
    ["now", [5]]
  ])(
    "an added event type is delivered from %s on, and code without it is refused",
    (startAt, expected) =>
      run(Effect.gen(function*() {
        const fewer = Mail.make({ events: deposits as unknown as EventCodec.EventCodec<Account.Event>, startAt })
        const more = Mail.make({ startAt })
        yield* Consumer.catchUp(fewer.consumer)
        yield* deposit("a", 1)
        yield* Account.append("a", stored(7002, { type: "Withdrawn", data: { amount: -2 } }))
        yield* deposit("a", 3)
        yield* Consumer.catchUp(fewer.consumer)
        expect(fewer.amounts()).toEqual([1, 3])
        yield* Consumer.catchUp(more.consumer)
        yield* deposit("a", 5)
        yield* Consumer.catchUp(more.consumer)
        expect(more.amounts()).toEqual(expected)
        expect(yield* Effect.flip(Consumer.catchUp(fewer.consumer))).toMatchObject({ _tag: "DefinitionMismatch" })
        yield* Consumer.redefine(fewer.consumer)
        yield* deposit("a", 6)
        yield* Consumer.catchUp(fewer.consumer)
        expect(fewer.amounts()).toEqual([1, 3, 6])
        expect(yield* (yield* ReadModelStore).generations("mail")).toHaveLength(1)
      }))
  )
})
