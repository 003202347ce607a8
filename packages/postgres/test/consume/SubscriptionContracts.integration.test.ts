/*
 * The guarantees of the durable subscriptions of act (its store's contract: subscribe, claim, ack, block, unblock, reset) and of
 * Commanded (its event handlers, and the subscriptions of EventStore), as far as they apply to consumers.
 *
 * Not tested, because consumers do not have these features:
 * - acknowledgements out of order or of an unknown event, and buffer sizes: an event is acknowledged when its handler returns;
 * - an acknowledgement after a lost lease: ownership is a row lock, and ConsumerCrash tests a program that loses it;
 * - priorities, lanes, frontiers, deferred streams: the order is that of the log; a schedule is a process;
 * - transient subscriptions: `EventReader.subscribe` and `Observer`;
 * - mapping of events: an upcaster or the handler does it; state of handlers: use a process;
 * - links, soft and hard deletion of streams, truncation: the log is append-only;
 * - stop on error and custom error modules: an event is retried, then its stream is parked, and a discard skips it;
 * - limits on the number of subscribers: any number of programs may run a consumer, and one at a time is active;
 * - process trees, hibernation and telemetry of the BEAM; strong consistency of a command: `ReadModel.awaitPosition`.
 */
import { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as Consumer from "@refold/store/consume/Consumer"
import { Causation } from "@refold/store/log/Causation"
import * as Parked from "@refold/store/project/Parked"
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { describe, expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import * as Stores from "../support/Stores.ts"
import * as Subscriptions from "../support/Subscriptions.ts"

const { append, make } = Subscriptions

const until = (is: () => boolean) => Following.until(Effect.sync(is))

/** Fails at these numbers as long as it is broken. */
const breaking = (...numbers: ReadonlyArray<number>) => {
  const state = { isBroken: true, tries: 0 }
  const receive = ({ n }: Subscriptions.Event) =>
    Effect.suspend(() => {
      if (!state.isBroken || !numbers.includes(n)) return Effect.void
      state.tries++
      return Effect.fail("no")
    })
  return { state, receive }
}

describe.each(["memory", "postgres"] as const)("a subscription in %s", (store) => {
  const on = Subscriptions.on(store)

  test(
    "to an empty log is caught up at once, and begins with the first event",
    on(Effect.gen(function*() {
      const one = make()
      expect(yield* one.drain()).toBe(0)
      yield* append("tally-a", [1])
      yield* one.drain()
      expect(one.received).toEqual([1])
    }))
  )

  test(
    "from the origin receives earlier, concurrent and later events, each once and in order",
    on(Effect.gen(function*() {
      const meanwhile = yield* Deferred.make<void>()
      yield* append("tally-a", [1, 2])
      const one = make({ receive: ({ n }) => n === 1 ? Deferred.await(meanwhile) : Effect.void })
      const disconnect = yield* one.connect
      yield* until(() => one.received.length === 1)
      yield* append("tally-b", [3])
      yield* Deferred.succeed(meanwhile, undefined)
      yield* append("tally-a", [4])
      yield* until(() => one.acknowledged.length === 4)
      yield* disconnect
      expect(one.received).toEqual([1, 2, 3, 4])
    }))
  )

  test(
    "from now skips all earlier events; from a position, the events up to it",
    on(Effect.gen(function*() {
      yield* append("tally-a", [1, 2])
      const now = make({ name: "now", startAt: "now" })
      const after = make({ name: "after", startAt: { after: Position(1) } })
      yield* Effect.andThen(now.drain(), after.drain())
      yield* append("tally-a", [3])
      yield* Effect.andThen(now.drain(), after.drain())
      expect([now.received, after.received]).toEqual([[3], [2, 3]])
    }))
  )

  test(
    "that exists ignores another start position and continues from its checkpoint",
    on(Effect.gen(function*() {
      yield* append("tally-a", [1])
      yield* make().drain()
      yield* append("tally-a", [2])
      const again = make({ startAt: "now" })
      yield* again.drain()
      expect(again.received).toEqual([2])
    }))
  )

  test(
    "of each name receives all events and has its own checkpoint",
    on(Effect.gen(function*() {
      yield* append("tally-a", [1, 2])
      const [one, two] = [make({ name: "one" }), make({ name: "two" })]
      yield* one.drain()
      yield* append("tally-a", [3])
      yield* two.drain()
      expect([one.received, two.received]).toEqual([[1, 2], [1, 2, 3]])
      expect([yield* one.checkpoint, yield* two.checkpoint]).toEqual([2, 3])
    }))
  )

  test(
    "receives only selected types, and its checkpoint also advances over other events",
    on(Effect.gen(function*() {
      const one = make({ selected: "Ticked" })
      yield* append("tally-a", [1, 2], "Tocked")
      yield* one.drain()
      expect(yield* one.checkpoint).toBe(2)
      yield* append("tally-a", [3])
      yield* append("tally-a", [4], "Tocked")
      yield* one.drain()
      expect([one.received, yield* one.checkpoint]).toEqual([[3], 4])
    }))
  )

  test(
    "to a category receives no events of a category with the same prefix",
    on(Effect.gen(function*() {
      const one = make({ categories: ["tally"] })
      yield* append("tallyho-a", [1])
      yield* append("tally-a", [2])
      yield* append("tall-a", [3])
      yield* one.drain()
      expect(one.received).toEqual([2])
    }))
  )

  test(
    "receives events of streams with long names",
    on(Effect.gen(function*() {
      const one = make()
      yield* append(`tally-${"x".repeat(240)}`, [1])
      yield* one.drain()
      expect(one.received).toEqual([1])
    }))
  )

  test(
    "receives an event only after the previous one is acknowledged",
    on(Effect.gen(function*() {
      const acknowledge = yield* Deferred.make<void>()
      yield* append("tally-a", [1, 2])
      const one = make({ receive: ({ n }) => n === 1 ? Deferred.await(acknowledge) : Effect.void })
      const disconnect = yield* one.connect
      yield* until(() => one.received.length === 1)
      yield* append("tally-b", [3])
      expect([one.received, yield* one.checkpoint]).toEqual([[1], 0])
      yield* Deferred.succeed(acknowledge, undefined)
      yield* until(() => one.acknowledged.length === 3)
      yield* disconnect
    }))
  )

  test(
    "that disconnects keeps its acknowledged checkpoint, receives nothing more, and resumes from there",
    on(Effect.gen(function*() {
      const one = make()
      const disconnect = yield* one.connect
      yield* append("tally-a", [1, 2])
      yield* until(() => one.acknowledged.length === 2)
      yield* disconnect
      expect(yield* one.checkpoint).toBe(2)
      yield* append("tally-a", [3])
      expect(one.received).toEqual([1, 2])
      const again = make()
      yield* again.drain()
      expect(again.received).toEqual([3])
    }))
  )

  test(
    "receives events again that were not acknowledged when its receiver ended",
    on(Effect.gen(function*() {
      yield* append("tally-a", [1, 2, 3])
      const dying = make({ receive: ({ n }) => n === 2 ? Effect.never : Effect.void })
      const fiber = yield* Effect.forkChild(dying.drain({ batchSize: 1 }))
      yield* until(() => dying.received.length === 2)
      yield* Fiber.interrupt(fiber)
      const again = make()
      yield* again.drain()
      expect(again.received).toEqual([2, 3])
    }))
  )

  test(
    "that is connected twice receives each event once, in order",
    on(Effect.gen(function*() {
      const [one, two] = [make(), make()]
      const disconnect = [yield* one.connect, yield* two.connect]
      for (let n = 1; n <= 20; n++) yield* append("tally-a", [n])
      yield* until(() => one.acknowledged.length + two.acknowledged.length === 20)
      yield* Effect.all(disconnect)
      expect([...one.received, ...two.received].toSorted((a, b) => a - b))
        .toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
    }))
  )

  test(
    "waits while another process owns it, and takes over when the owner ends",
    on(Effect.gen(function*() {
      const held = yield* Deferred.make<void>()
      yield* append("tally-a", [1])
      const owner = make({ receive: () => Deferred.await(held) })
      const disconnect = yield* owner.connect
      yield* until(() => owner.received.length === 1)
      const other = make()
      const end = yield* other.connect
      yield* append("tally-a", [2])
      expect(other.received).toEqual([])
      yield* Deferred.succeed(held, undefined)
      yield* disconnect
      yield* append("tally-a", [3])
      yield* until(() => owner.acknowledged.length + other.acknowledged.length === 3)
      yield* end
      expect([...owner.received, ...other.received]).toEqual([1, 2, 3])
      expect(other.received).toContain(3)
    }))
  )

  test(
    "receives at most its requested number of events of different streams concurrently, each once",
    on(Effect.gen(function*() {
      let inHand = 0
      let most = 0
      const one = make({
        concurrency: 3,
        receive: () =>
          Effect.sync(() => most = Math.max(most, ++inHand)).pipe(
            Effect.andThen(Effect.sleep(1)),
            Effect.andThen(Effect.sync(() => inHand--))
          )
      })
      for (const stream of ["a", "b", "c", "d", "e"]) yield* append(`tally-${stream}`, [1, 2])
      yield* one.drain()
      expect(one.received).toHaveLength(10)
      expect(most).toBe(3)
    }))
  )

  test(
    "keeps its checkpoint before the first unacknowledged event, and delivers again from there",
    on(Effect.gen(function*() {
      for (const [n, stream] of ["a", "b", "c"].entries()) yield* append(`tally-${stream}`, [n])
      const dying = make({ concurrency: 3, receive: ({ n }) => n === 1 ? Effect.never : Effect.void })
      const fiber = yield* Effect.forkChild(dying.drain())
      yield* until(() => dying.acknowledged.length === 2)
      yield* Fiber.interrupt(fiber)
      expect(yield* dying.checkpoint).toBeLessThanOrEqual(1)
      const again = make()
      yield* again.drain()
      expect(again.received).toContain(1)
    }))
  )

  test(
    "retries a failing event, and continues once it is handled",
    on(Effect.gen(function*() {
      let left = 2
      const one = make({ receive: ({ n }) => n === 2 && left-- > 0 ? Effect.fail("not yet") : Effect.void })
      yield* append("tally-a", [1, 2, 3])
      yield* one.drain()
      expect([one.received, one.acknowledged]).toEqual([[1, 2, 2, 2, 3], [1, 2, 3]])
    }))
  )

  test.each([
    ["an error", Effect.fail(new Error("no"))],
    ["an exception", Effect.die(new Error("no"))],
    ["a text", Effect.fail("no")]
  ])(
    "counts the attempts that end in %s, and records why its stream is blocked",
    (_, failure) =>
      on(Effect.gen(function*() {
        const one = make({ receive: () => failure })
        yield* append("tally-a", [1])
        yield* one.drain({ attempts: 3 })
        expect(one.received).toEqual([1, 1, 1])
        expect(yield* Parked.list(one.consumer))
          .toMatchObject([{ stream: "tally-a", version: 1, attempts: 3, reason: "no" }])
      }))()
  )

  test(
    "receives no events of a blocked stream, and all events of the others",
    on(Effect.gen(function*() {
      const { receive } = breaking(1)
      const one = make({ receive })
      yield* append("tally-a", [1, 2])
      yield* append("tally-b", [3])
      yield* one.drain({ attempts: 1 })
      yield* append("tally-a", [4])
      yield* append("tally-b", [5])
      yield* one.drain({ attempts: 1 })
      expect(one.acknowledged).toEqual([3, 5])
      expect(yield* one.checkpoint).toBe(5)
    }))
  )

  test(
    "continues an unblocked stream at the event that failed, without moving its checkpoint",
    on(Effect.gen(function*() {
      const { receive, state } = breaking(2)
      const one = make({ receive })
      yield* append("tally-a", [1, 2, 3])
      yield* one.drain({ attempts: 1 })
      state.isBroken = false
      const before = yield* one.checkpoint
      yield* Parked.retry(Consumer.target(one.consumer), Stores.streamName("tally-a"))
      expect([one.acknowledged, yield* one.checkpoint]).toEqual([[1, 2, 3], before])
      yield* append("tally-a", [4])
      yield* one.drain()
      expect(one.acknowledged).toEqual([1, 2, 3, 4])
    }))
  )

  test(
    "blocks a stream again if its event fails again, with one more attempt",
    on(Effect.gen(function*() {
      const one = make({ receive: breaking(1).receive })
      yield* append("tally-a", [1])
      yield* one.drain({ attempts: 2 })
      expect(yield* Parked.retry(Consumer.target(one.consumer), Stores.streamName("tally-a")))
        .toMatchObject(Option.some({ version: StreamVersion(1), attempts: 3 }))
    }))
  )

  test(
    "refuses to unblock a stream that is not blocked",
    on(Effect.gen(function*() {
      const one = make()
      yield* append("tally-a", [1])
      yield* one.drain()
      const target = Consumer.target(one.consumer)
      expect(yield* Effect.flip(Parked.retry(target, Stores.streamName("tally-a")))).toMatchObject({
        _tag: "NotParked"
      })
      expect(yield* Effect.flip(Parked.retry(target, Stores.streamName("tally-z")))).toMatchObject({
        _tag: "NotParked"
      })
    }))
  )

  test(
    "skips a discarded event, and continues after it",
    on(Effect.gen(function*() {
      const one = make({ receive: breaking(2).receive })
      yield* append("tally-a", [1, 2, 3])
      yield* one.drain({ attempts: 1 })
      yield* Parked.discard(Consumer.target(one.consumer), Stores.streamName("tally-a"), "of no use")
      expect(one.acknowledged).toEqual([1, 3])
    }))
  )

  test.each<["start" | "now", ReadonlyArray<number>]>([["start", [1, 2, 3]], ["now", [3]]])(
    "that is reset begins again from %s",
    (startAt, expected) =>
      on(Effect.gen(function*() {
        yield* append("tally-a", [1, 2])
        const one = make({ startAt })
        yield* one.drain()
        yield* one.remove
        const again = make({ startAt })
        yield* again.drain()
        yield* append("tally-a", [3])
        yield* again.drain()
        expect(again.received).toEqual(expected)
      }))()
  )

  test(
    "that is deleted has no status and no blocked streams, and can be created again",
    on(Effect.gen(function*() {
      const one = make({ receive: breaking(1).receive })
      yield* append("tally-a", [1])
      yield* one.drain({ attempts: 1 })
      yield* one.remove
      expect((yield* ProjectionStatus.of(one.consumer)).live).toEqual(Option.none())
      const again = make()
      yield* again.drain()
      expect(again.received).toEqual([1])
    }))
  )

  test(
    "reports its lag",
    on(Effect.gen(function*() {
      const one = make()
      yield* append("tally-a", [1])
      yield* one.drain()
      yield* append("tally-a", [2, 3])
      expect((yield* ProjectionStatus.of(one.consumer)).live).toMatchObject(Option.some({ position: 1, lag: 2 }))
    }))
  )

  test(
    "passes the causation id of the event to its receiver, whose appends are caused by the event",
    on(Effect.gen(function*() {
      const causes: Array<unknown> = []
      const ids: Array<string> = []
      const one = make({
        receive: (_, { id }) =>
          Effect.map(Causation, (causation) => {
            ids.push(id)
            causes.push(causation)
          })
      })
      yield* append("tally-a", [1])
      yield* one.drain()
      expect(causes).toEqual([{ causationId: ids[0], correlationId: ids[0] }])
    }))
  )

  test(
    "times out a receiver that never answers, and continues with the other streams",
    on(Effect.gen(function*() {
      const one = make({ receive: ({ n }) => n === 1 ? Effect.never : Effect.void })
      yield* append("tally-a", [1])
      yield* append("tally-b", [2])
      const hasty = Consumer.makeUnsafe({ ...one.consumer, timeout: "50 millis" })
      yield* Consumer.catchUp(hasty, { attempts: 1 })
      expect(one.acknowledged).toEqual([2])
      expect(yield* Parked.list(hasty)).toMatchObject([{ reason: "it took longer than 50ms" }])
    }))
  )
})
