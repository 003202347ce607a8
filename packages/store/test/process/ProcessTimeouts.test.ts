// Timeouts of processes, by a test clock.
import * as Process from "@refold/core/process/Process"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as Transfers from "@refold/laws/internal/process/Transfers"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import {
  add,
  append,
  coinsOf,
  handlers,
  type Input,
  inputsOf,
  pass,
  pay,
  payments,
  recordsOf,
  request,
  runAtZero,
  settle
} from "../support/Transferring.ts"

// Its state has the names of timeouts, too.
const textOf = (input: Input): string => input._tag === "TimedOut" ? input.name : input._tag

const waiting = (
  timeouts: Readonly<Record<string, Duration.Input>>,
  then: (name: string) => ReadonlyArray<Process.Reaction> = () => []
) =>
  payments({
    evolve: (tags, input) => [...tags, textOf(input)],
    react: (_, input) =>
      input._tag === "TransferRequested"
        ? Object.entries(timeouts).map(([name, after]) => Process.schedule(name, after))
        : input._tag === "TimedOut"
        ? then(input.name)
        : []
  })

// The inputs of the instance after a catch-up at each of these times.
const inputsAt = (process: ReturnType<typeof waiting>, ...times: ReadonlyArray<Duration.Input>) =>
  Effect.gen(function*() {
    yield* request("1", "a", "b", 1)
    yield* settle(process)
    const tags: Array<unknown> = []
    for (const time of times) {
      yield* TestClock.setTime(Duration.toMillis(Duration.fromInputUnsafe(time)))
      yield* settle(process)
      tags.push((yield* inputsOf(process, "1"))?.slice(1))
    }
    return tags
  })

describe("a timeout", () => {
  it("fires at its due time, and not a millisecond before", () =>
    runAtZero(Effect.gen(function*() {
      expect(yield* inputsAt(waiting({ late: "1 hour" }), 3_599_999, 3_600_000)).toEqual([[], ["late"]])
    })))

  it("of zero fires at once", () =>
    runAtZero(Effect.gen(function*() {
      expect(yield* inputsAt(waiting({ now: 0 }), 0)).toEqual([["now"]])
    })))

  it("fires once", () =>
    runAtZero(Effect.gen(function*() {
      expect(yield* inputsAt(waiting({ late: 10 }), 10, 10, 20)).toEqual([["late"], ["late"], ["late"]])
    })))

  it("fires in the order of due times, not in the order of scheduling", () =>
    runAtZero(Effect.gen(function*() {
      const process = waiting({ third: 30, first: 10, fourth: 40, second: 20 })
      expect(yield* inputsAt(process, 15, 35)).toEqual([["first"], ["first", "second", "third"]])
    })))

  it("fires in the order of due times even if one schedules another", () =>
    runAtZero(Effect.gen(function*() {
      const process = waiting({ last: 30, first: 10 }, (name) =>
        name === "first" ? [Process.schedule("between", 10)] : [])
      expect(yield* inputsAt(process, 50)).toEqual([["first", "between", "last"]])
    })))

  it("that is monthly does not drift, however late it fires", () =>
    runAtZero(Effect.gen(function*() {
      const monthly = waiting({ pay: "30 days" }, () => [Process.schedule("pay", "30 days")])
      yield* inputsAt(monthly, "31 days", "60 days")
      const { state } = yield* ProcessInstances.get(monthly, "1")
      expect(state.pending.timeouts).toMatchObject([
        { name: "pay", scheduledAt: 3, due: DateTime.makeUnsafe(Duration.toMillis("90 days")) }
      ])
      // A runner that was stopped catches up with each timeout.
      yield* TestClock.setTime(Duration.toMillis("200 days"))
      yield* settle(monthly)
      expect(yield* inputsOf(monthly, "1")).toHaveLength(1 + 6)
    })))

  it("is replaced by one of the same name", () =>
    runAtZero(Effect.gen(function*() {
      const process = waiting({ ask: 10, late: 30 }, (name) => name === "ask" ? [Process.schedule("late", 100)] : [])
      expect(yield* inputsAt(process, 10, 30, 109, 110)).toEqual([["ask"], ["ask"], ["ask"], ["ask", "late"]])
    })))

  it("does not fire after it is cancelled", () =>
    runAtZero(Effect.gen(function*() {
      const process = waiting({ ask: 10, late: 30 }, (name) => name === "ask" ? [Process.cancel("late")] : [])
      expect(yield* inputsAt(process, 10, 100)).toEqual([["ask"], ["ask"]])
    })))

  it("that is due after its cancellation does not fire, even if both are late", () =>
    runAtZero(Effect.gen(function*() {
      const process = waiting({ late: 30, ask: 10 }, (name) => name === "ask" ? [Process.cancel("late")] : [])
      expect(yield* inputsAt(process, 100)).toEqual([["ask"]])
    })))

  it("of a completed instance does not fire", () =>
    runAtZero(Effect.gen(function*() {
      const process = waiting({ end: 10, late: 30 }, (name) => name === "end" ? [Process.complete] : [])
      expect(yield* inputsAt(process, 10, 100)).toEqual([["end"], ["end"]])
      expect(yield* recordsOf(process, "1")).toHaveLength(2)
    })))

  it("is relative to the time when the event was recorded, not observed", () =>
    runAtZero(Effect.gen(function*() {
      const process = waiting({ late: 100 })
      yield* request("1", "a", "b", 1)
      yield* TestClock.setTime(99)
      yield* settle(process)
      expect(yield* inputsOf(process, "1")).toEqual(["TransferRequested"])
      yield* TestClock.setTime(100)
      yield* settle(process)
      expect(yield* inputsOf(process, "1")).toEqual(["TransferRequested", "late"])
    })))

  it("is relative to `recordedAt` of a back-dated event", () =>
    runAtZero(Effect.gen(function*() {
      yield* TestClock.setTime(1000)
      const process = waiting({ late: 100 })
      yield* append("transfer-1", { occurredAt: DateTime.makeUnsafe(0) })
      yield* settle(process)
      expect(yield* inputsOf(process, "1")).toEqual(["TransferRequested"])
    })))

  it("may send a command", () =>
    runAtZero(Effect.gen(function*() {
      const process = waiting({ late: 10 }, () => [pay({ _tag: "TransferRequested", from: "a", to: "b", coins: 3 })])
      expect(yield* inputsAt(process, 10)).toEqual([["late", "CommandSucceeded"]])
      expect(yield* coinsOf("b")).toBe(3)
    })))

  it("is queried by its due time", () =>
    runAtZero(Effect.gen(function*() {
      yield* inputsAt(waiting({ late: 10 }), 0)
      const dueUntil = (to: number) =>
        Effect.map(
          ProcessInstances.query(waiting({}), { index: "due", range: { to } }),
          ({ rows }) => rows.map(({ state }) => state.instance)
        )
      expect([yield* dueUntil(10), yield* dueUntil(11)]).toEqual([[], ["1"]])
    })))
})

describe("a process that runs", () => {
  it("polls for timeouts every second, or at `pollInterval`", () =>
    runAtZero(Effect.gen(function*() {
      const process = waiting({ late: 10_000 })
      yield* ProcessRunner.start(process, { handlers, pollInterval: "5 seconds" })
      yield* request("1", "a", "b", 1)
      yield* pass(2000)
      expect(yield* inputsOf(process, "1")).toEqual(["TransferRequested"])
      yield* pass(13_000)
      expect(yield* inputsOf(process, "1")).toEqual(["TransferRequested", "late"])
    })))
})

describe("a runner that starts late", () => {
  const late = Transfers.make("late", {
    steps: [{
      name: "take",
      command: ({ coins, from }) => Process.send(Sample.aggregate, from, { _tag: "Take", coins }),
      succeededOn: ({ _tag }) => _tag === "CoinsTaken",
      timeout: "1 hour"
    }]
  })
  const started = Effect.gen(function*() {
    yield* add("a", 5)
    yield* request("1", "a", "b", 5)
    yield* TestClock.adjust("2 hours")
  })
  const phase = Effect.map(ProcessInstances.get(late, "1"), ({ state }) => state.pending.phase)

  it("observes the event of its own command before the timeout fires", () =>
    runAtZero(Effect.gen(function*() {
      yield* started
      yield* ProcessRunner.catchUp(late, { handlers })
      expect(yield* phase).toBe("Succeeded")
    })))

  it("also observes it first when it runs without end", () =>
    runAtZero(Effect.gen(function*() {
      yield* started
      yield* ProcessRunner.start(late, { handlers })
      yield* TestClock.adjust("5 seconds")
      expect(yield* phase).toBe("Succeeded")
    })))
})
