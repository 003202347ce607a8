import * as Process from "@refold/core/process/Process"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Projector from "@refold/store/project/Projector"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import { inputsOf, payments, request, run, runAtZero, settle } from "../support/Transferring.ts"

// "1" waits for a timeout, "2" is parked, "3" is completed, "4" has an outcome for its command and nothing pending.
const process = payments({
  react: (_, input, { instance }) => {
    if (instance === "2") throw new Error("no idea")
    if (input._tag !== "TransferRequested") return []
    return instance === "1" ? [Process.schedule("late", 500)] : instance === "3" ? [Process.complete] : []
  }
})

const settled = Effect.gen(function*() {
  yield* TestClock.setTime(1000)
  for (const id of ["1", "2", "3", "4"]) yield* request(id, "a", "b", 1)
  yield* settle(process)
})

const found = (query: Parameters<typeof ProcessInstances.query>[1]) =>
  Effect.map(ProcessInstances.query(process, query), ({ rows }) => rows.map(({ state }) => state.instance).toSorted())

describe("the instances of a process", () => {
  it("are queried by status, phase and due time", () =>
    runAtZero(Effect.gen(function*() {
      yield* settled
      expect(yield* found({})).toEqual(["1", "2", "3", "4"])
      expect(yield* found({ index: "status", where: { status: "Running" } })).toEqual(["1", "4"])
      expect(yield* found({ index: "status", where: { status: "Parked" } })).toEqual(["2"])
      expect(yield* found({ index: "status", where: { status: "Completed" } })).toEqual(["3"])
      expect(yield* found({ index: "phase", where: { phase: "TransferRequested" } })).toEqual(["1", "3", "4"])
      expect(yield* found({ index: "due", range: { to: 1500 } })).toEqual([])
      expect(yield* found({ index: "due", range: { to: 1501 } })).toEqual(["1"])
    })))

  it("are due at their last event for a pending command, and never if nothing is pending", () =>
    runAtZero(Effect.gen(function*() {
      yield* settled
      yield* request("5", "a", "b", 1)
      const sending = payments()
      // Observed, but not dispatched.
      yield* Projector.catchUp(ProcessRunner.observer(sending))
      yield* Projector.catchUp(sending.rows)
      const { rows } = yield* ProcessInstances.query(sending)
      expect(Object.fromEntries(rows.map(({ state }) => [state.instance, state.due]))).toMatchObject({
        3: Option.none(),
        4: Option.none(),
        5: Option.some(DateTime.makeUnsafe(1000))
      })
    })))

  it("are queried in pages", () =>
    runAtZero(Effect.gen(function*() {
      yield* settled
      expect((yield* ProcessInstances.query(process, { limit: 3 })).rows).toHaveLength(3)
    })))

  it("have rows with their due time and the reason why they are parked", () =>
    runAtZero(Effect.gen(function*() {
      yield* settled
      const rowOf = (status: "Running" | "Parked") =>
        Effect.map(ProcessInstances.query(process, { index: "status", where: { status } }), ({ rows }) => rows[0])
      expect(yield* rowOf("Running")).toMatchObject({
        key: "payments-1",
        state: {
          startedAt: DateTime.makeUnsafe(1000),
          due: Option.some(DateTime.makeUnsafe(1500)),
          parked: null,
          waiting: 0,
          unknownTypes: []
        }
      })
      expect(yield* rowOf("Parked")).toMatchObject({
        key: "payments-2",
        state: { parked: { stage: "React", reason: "it threw Error: no idea", attempts: 1 }, waiting: 1 }
      })
    })))

  it("cannot be queried before the process has run", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(ProcessInstances.query(process))).toMatchObject({ _tag: "UnknownProjection" })
    })))
})

describe("an instance", () => {
  it("is loaded in its current state", () =>
    runAtZero(Effect.gen(function*() {
      yield* settled
      expect(yield* ProcessInstances.get(process, "1")).toMatchObject({
        stream: "payments-1",
        version: 1,
        state: { pending: { correlationId: "request 1" }, state: Result.succeed(["TransferRequested"]) }
      })
    })))

  it("without events is in the initial state", () =>
    run(Effect.gen(function*() {
      expect(yield* ProcessInstances.get(process, "9")).toMatchObject({
        version: 0,
        state: { state: Result.succeed([]) }
      })
      expect(yield* ProcessInstances.history(process, "9")).toEqual([])
    })))

  it("has a history of its triggers and decisions", () =>
    runAtZero(Effect.gen(function*() {
      yield* settled
      const [happening, ...rest] = yield* ProcessInstances.history(process, "1")
      expect(rest).toEqual([])
      expect(happening).toMatchObject({
        event: {
          _tag: "ProcessReacted",
          instance: "1",
          trigger: { stream: "transfer-1", type: "TransferRequested", metadata: { correlationId: "request 1" } },
          decided: [{ _tag: "Schedule", name: "late" }],
          phase: "TransferRequested"
        },
        recorded: { stream: "payments-1", version: 1, recordedAt: DateTime.makeUnsafe(1000) }
      })
    })))

  it("that is resumed gets the reason and the time", () =>
    runAtZero(Effect.gen(function*() {
      yield* settled
      yield* TestClock.setTime(2000)
      const { state } = yield* ProcessInstances.resume(process, "4", "why not")
      expect(state.state).toEqual(Result.succeed(["TransferRequested", "Resumed"]))
      const { event } = (yield* ProcessInstances.history(process, "4")).at(-1)!
      expect(event).toMatchObject({ trigger: { _tag: "Resumed", reason: "why not", at: DateTime.makeUnsafe(2000) } })
    })))

  it("that was resumed while parked gets the signal after a fix and a retry", () =>
    runAtZero(Effect.gen(function*() {
      yield* settled
      yield* ProcessInstances.resume(process, "2", "why not")
      expect(yield* inputsOf(process, "2")).toEqual([])
      yield* ProcessInstances.retry(payments(), "2")
      expect(yield* inputsOf(process, "2")).toEqual(["TransferRequested", "Resumed"])
    })))

  it("with an invalid id fails with InvalidInput", () =>
    run(Effect.gen(function*() {
      for (const id of ["", "\u0000", "a".repeat(10_000)]) {
        const failures = yield* Effect.all([
          Effect.flip(ProcessInstances.get(process, id)),
          Effect.flip(ProcessInstances.history(process, id)),
          Effect.flip(ProcessInstances.resume(process, id, "why not"))
        ])
        expect(failures.map(({ _tag }) => _tag)).toEqual(["InvalidInput", "InvalidInput", "InvalidInput"])
      }
    })))
})
