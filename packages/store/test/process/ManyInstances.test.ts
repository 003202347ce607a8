// Events for several instances, instances that start again, and instances with very many events.
import * as StreamName from "@refold/core/event/StreamName"
import * as Process from "@refold/core/process/Process"
import type { ProcessReacted } from "@refold/core/process/ProcessEvent"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Parked from "@refold/store/project/Parked"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import {
  append,
  coinsOf,
  inputsOf,
  pay,
  payments,
  recordsOf,
  request,
  run,
  runAtZero,
  settle,
  stream
} from "../support/Transferring.ts"

// A request is for two jars: the source and the target.
const both = payments({
  correlate: (event) => event._tag === "TransferRequested" ? [event.from, event.to, event.from] : []
})

describe("an event for several instances", () => {
  it("is observed by each of them, once", () =>
    run(Effect.gen(function*() {
      yield* request("1", "a", "b", 1)
      yield* request("2", "b", "c", 2)
      yield* settle(both)
      const inputs = yield* Effect.forEach(["a", "b", "c"], (jar) => inputsOf(both, jar))
      expect(inputs.map((tags) => tags?.filter((tag) => tag === "TransferRequested").length)).toEqual([1, 2, 1])
      yield* settle(both)
      expect(yield* coinsOf("b")).toBe(2)
      expect(yield* coinsOf("c")).toBe(4)
    })))

  it("is for no instance if the list is empty", () =>
    run(Effect.gen(function*() {
      yield* request("1", "a", "b", 1)
      yield* settle(payments({ correlate: () => [] }))
      expect((yield* ProcessInstances.query(payments())).rows).toEqual([])
    })))

  it("may be for 1,000 instances, also if a batch has more instances than a commit may have writes", () =>
    run(Effect.gen(function*() {
      const ids = (of: string) => Array.from({ length: 1000 }, (_, n) => `${of}-${n}`)
      const many = payments({ correlate: (_, { stream }) => ids(StreamName.id(stream)), react: () => [] })
      for (const id of ["1", "2", "3"]) yield* request(id, "a", "b", 1)
      yield* settle(many)
      const { rows } = yield* ProcessInstances.query(many, { limit: 1000 })
      expect(rows).toHaveLength(1000)
      expect(yield* recordsOf(many, "3-999")).toEqual(["ProcessReacted"])
    })))

  it.each<[string, unknown, string]>([
    ["more than 1,000", Array.from({ length: 1001 }, (_, n) => `${n}`), "at most 1000 ids"],
    ["no list and no Option", "a", "must return an Option of an id, or an array of ids"],
    ["an id that is no text", ["a", 1], "must be a text"],
    ["an empty id", ["a", ""], "not empty"]
  ])("parks its stream if it is for %s", (_, ids, reason) =>
    run(Effect.gen(function*() {
      const process = payments({ correlate: () => ids as never })
      yield* request("1", "a", "b", 1)
      yield* settle(process)
      expect(yield* Parked.list(ProcessRunner.observer(process))).toMatchObject([
        { stream: "transfer-1", stage: "Keys", reason: expect.stringContaining(reason) }
      ])
      expect(yield* recordsOf(process, "a")).toEqual([])
    })))

  it("that one of them cannot record waits for all of them, with the later events of its stream", () =>
    run(Effect.gen(function*() {
      yield* append("both-b", { type: "Nonsense", data: {} })
      const process = payments({ ...both, name: "both", initialState: [], correlate: both.correlate, react: () => [] })
      yield* request("1", "a", "b", 1)
      yield* request("2", "a", "c", 1)
      yield* settle(process)
      expect(yield* Parked.list(ProcessRunner.observer(process))).toMatchObject([{
        stream: "transfer-1",
        stage: "Row"
      }])
      expect(yield* inputsOf(process, "a")).toEqual(["TransferRequested"])
      expect(yield* inputsOf(process, "c")).toEqual(["TransferRequested"])
    })))
})

describe("an event of a parked stream that comes late", () => {
  it("is observed once, whatever the instance observed meanwhile", () =>
    run(Effect.gen(function*() {
      let isBroken = true
      const process = payments({
        react: () => [],
        correlate: (event) => {
          if (isBroken && event._tag === "TransferRequested" && event.coins === 13) throw new Error("no idea")
          return Option.some("x")
        }
      })
      yield* append("transfer-1", { data: { from: "a", to: "b", coins: 13 } })
      for (let n = 2; n < 300; n++) yield* append(`transfer-${n}`, {})
      yield* append("transfer-1", {})
      yield* settle(process)
      isBroken = false
      expect(yield* Parked.retry(ProcessRunner.observer(process), stream("transfer-1"))).toEqual(Option.none())
      expect(yield* inputsOf(process, "x")).toHaveLength(300)
      const observed = (yield* ProcessInstances.history(process, "x")).map(({ event }) => {
        const { trigger } = event as typeof ProcessReacted.Event
        return trigger._tag === "Event" ? `${trigger.stream}@${trigger.version}` : ""
      })
      expect(new Set(observed).size).toBe(300)
      expect(observed.slice(-2)).toEqual(["transfer-1@1", "transfer-1@2"])
    })))
})

describe("an instance that has ended", () => {
  const ends = (restarts: boolean) =>
    payments({
      ...(restarts && { restartOn: ({ _tag }) => _tag === "TransferRequested" }),
      correlate: () => Option.some("x"),
      react: (_, input) => input._tag === "TransferRequested" ? [pay(input), Process.complete] : []
    })

  it("starts again with an event that restarts it", () =>
    run(Effect.gen(function*() {
      for (const id of ["1", "2"]) {
        yield* request(id, "a", "b", 1)
        yield* settle(ends(true))
      }
      expect(yield* coinsOf("b")).toBe(2)
      expect(yield* inputsOf(ends(true), "x")).toEqual(["TransferRequested"])
      expect((yield* recordsOf(ends(true), "x")).filter((tag) => tag === "ProcessRestarted")).toHaveLength(1)
      const { rows } = yield* ProcessInstances.query(ends(true))
      expect(rows.map(({ state }) => state.status)).toEqual(["Completed"])
    })))

  it("ignores all events without that option", () =>
    run(Effect.gen(function*() {
      for (const id of ["1", "2"]) {
        yield* request(id, "a", "b", 1)
        yield* settle(ends(false))
      }
      expect(yield* coinsOf("b")).toBe(1)
    })))
})

describe("a deadline that is over when the process observes the event that names it", () => {
  it.each([
    ["as an instant", (): Process.Reaction => Process.scheduleAt("due", DateTime.makeUnsafe(-5000))],
    ["as a duration", (): Process.Reaction => Process.schedule("due", { seconds: -5 })]
  ])("%s is due at once", (_, react) =>
    runAtZero(Effect.gen(function*() {
      yield* TestClock.setTime(1000)
      const process = payments({ react: (_, input) => input._tag === "TransferRequested" ? [react()] : [] })
      yield* request("1", "a", "b", 1)
      yield* settle(process)
      expect(yield* inputsOf(process, "1")).toEqual(["TransferRequested", "TimedOut"])
    })))
})

describe("an instance with very many events", () => {
  it("has a row of the same size, also while it is parked", () =>
    run(Effect.gen(function*() {
      const process = payments({
        correlate: () => Option.some("x"),
        react: (tags) => {
          if (tags.length > 250) throw new Error("too many")
          return []
        }
      })
      const rowOf = Effect.map(ProcessInstances.query(process), ({ rows: [row] }) => JSON.stringify(row?.state).length)
      const appendTo = (from: number, to: number) =>
        Effect.forEach(Array.from({ length: to - from }, (_, n) => `transfer-${from + n}`), (name) => append(name, {}))
      const sizes: Array<number> = []
      for (const [from, to] of [[0, 10], [10, 250], [250, 260], [260, 700]] as const) {
        yield* appendTo(from, to)
        yield* settle(process)
        sizes.push(yield* rowOf)
      }
      expect(sizes[1]).toBe(sizes[0])
      // Only the number of waiting triggers grows, by some digits.
      expect(sizes[3]! - sizes[2]!).toBeLessThan(4)
    })))

  it("is retried in steps until nothing waits", () =>
    run(Effect.gen(function*() {
      const parts = { correlate: () => Option.some("x") } as const
      const broken = payments({
        ...parts,
        react: () => {
          throw new Error("no idea")
        }
      })
      const sound = payments({ ...parts, react: () => [] })
      for (let n = 0; n < 450; n++) yield* append(`transfer-${n}`, {})
      yield* settle(broken)
      const { state } = yield* ProcessInstances.retry(sound, "x")
      expect(state.pending.parked).toBeNull()
      expect(yield* inputsOf(sound, "x")).toHaveLength(450)
    })))
})
