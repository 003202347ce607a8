// A process whose functions fail: the instance is parked, or the stream of an event that cannot be matched, and all other
// instances continue.
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Process from "@refold/core/process/Process"
import { ProcessReacted } from "@refold/core/process/ProcessEvent"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Parked from "@refold/store/project/Parked"
import * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { logging } from "../support/Logging.ts"
import {
  append,
  coinsOf,
  inputsOf,
  log,
  pay,
  type Payments,
  payments,
  recordsOf,
  request,
  run,
  settle,
  stateOf,
  stream
} from "../support/Transferring.ts"

const sound = payments()

// 13 coins bring bad luck.
const unlucky = (then: () => unknown): Payments =>
  payments({
    // It returns what its type does not allow.
    react: (_, input) => input._tag === "TransferRequested" ? input.coins === 13 ? then() as never : [pay(input)] : []
  })
const thrown = (error: unknown) => () => {
  throw error
}
const broken = unlucky(thrown(new Error("no idea")))

// Three transfers; the process cannot react to the second.
const three = (process: Payments) =>
  Effect.gen(function*() {
    yield* request("1", "a", "b", 1)
    yield* request("2", "a", "c", 13)
    yield* request("3", "a", "d", 3)
    yield* settle(process)
  })

const paid = Effect.all([coinsOf("b"), coinsOf("c"), coinsOf("d")])

describe("an instance that cannot react", () => {
  it.each<[string, () => unknown]>([
    ["it throws", thrown(new Error("no idea"))],
    ["it throws a text that no store could hold", thrown("\u0000\ud800")],
    ["it returns undefined", () => undefined],
    ["it returns a list of undefined", () => [null]],
    ["it cancels a name that no store could hold", () => [{ _tag: "Cancel", name: "\u0000" }]],
    ["it cancels undefined", () => [{ _tag: "Cancel" }]],
    ["it schedules an incomplete timeout", () => [{ _tag: "Schedule", name: "late" }]],
    ["it sends to no target", () => [{ _tag: "Send", id: "a", command: {}, label: "a" }]]
  ])("because %s is parked, and the others continue", (_, then) =>
    run(Effect.gen(function*() {
      const process = unlucky(then)
      yield* three(process)
      expect(yield* paid).toEqual([1, 0, 3])
      expect(yield* recordsOf(process, "2")).toEqual(["ProcessParked"])
      const { rows } = yield* ProcessInstances.query(process, { index: "status", where: { status: "Parked" } })
      expect(rows.map(({ state }) => state.instance)).toEqual(["2"])
      expect(yield* Parked.list(ProcessRunner.observer(process))).toEqual([])
    })))

  it("has the same result after a fix and a retry as without the fault", () =>
    run(Effect.gen(function*() {
      yield* three(broken)
      const { state } = yield* ProcessInstances.retry(sound, "2")
      expect(state.pending.parked).toBeNull()
      yield* settle(sound)
      expect(yield* paid).toEqual([1, 13, 3])
      expect(yield* inputsOf(sound, "2")).toEqual(["TransferRequested", "CommandSucceeded"])
      const { rows } = yield* ProcessInstances.query(sound, { index: "status", where: { status: "Parked" } })
      expect(rows).toEqual([])
    })))

  it("stays parked if the retry fails again, and counts the attempts", () =>
    run(Effect.gen(function*() {
      yield* three(broken)
      const { state } = yield* ProcessInstances.retry(broken, "2")
      expect(state.pending.parked).toMatchObject({ attempts: 2, reason: "it threw Error: no idea" })
      yield* settle(broken)
      expect(yield* paid).toEqual([1, 0, 3])
    })))

  it("continues without the discarded event", () =>
    run(Effect.gen(function*() {
      yield* three(broken)
      yield* ProcessInstances.discard(broken, "2", "paid by hand")
      yield* settle(sound)
      expect(yield* paid).toEqual([1, 0, 3])
      expect(yield* recordsOf(sound, "2")).toEqual(["ProcessParked", "ProcessDiscarded"])
    })))

  it("sends under the correlation id of the event that waited", () =>
    run(Effect.gen(function*() {
      yield* three(broken)
      yield* ProcessInstances.retry(sound, "2")
      yield* settle(sound)
      const history = yield* ProcessInstances.history(sound, "2")
      expect(history.at(-1)!.recorded.metadata).toMatchObject({ correlationId: "request 2" })
    })))

  it("refuses a reason that cannot be stored", () =>
    run(Effect.gen(function*() {
      yield* three(broken)
      const refused = yield* Effect.flip(ProcessInstances.discard(broken, "2", "\u0000"))
      expect(refused).toMatchObject({ _tag: "CommandInvalid" })
      expect(yield* recordsOf(broken, "2")).toEqual(["ProcessParked"])
    })))
})

describe("a deployment that cannot fold the recorded events", () => {
  const patient = payments({
    react: (_, input) => input._tag === "TransferRequested" ? [pay(input), Process.schedule("late", 0)] : []
  })
  const forgetful = payments({ evolve: thrown(new Error("what is that?")) })

  it("still dispatches the decided commands; the outcome waits for a fix", () =>
    run(Effect.gen(function*() {
      yield* request("1", "a", "b", 1)
      // Observed and decided, but not dispatched.
      yield* Projector.catchUp(ProcessRunner.observer(patient))
      expect(yield* coinsOf("b")).toBe(0)
      yield* settle(forgetful)
      expect(yield* coinsOf("b")).toBe(1)
      expect(yield* recordsOf(forgetful, "1")).toEqual(["ProcessReacted", "ProcessParked", "ProcessWaited"])
      const { state } = yield* ProcessInstances.get(forgetful, "1")
      expect(state.state).toMatchObject(Result.fail({ stage: "Evolve", reason: "it threw Error: what is that?" }))
      yield* ProcessInstances.retry(patient, "1")
      expect(yield* inputsOf(patient, "1")).toEqual(["TransferRequested", "CommandSucceeded", "TimedOut"])
    })))
})

describe("an event that cannot be matched to an instance", () => {
  const astray = (then: () => unknown) =>
    payments({
      correlate: (event, { stream }) =>
        event._tag === "TransferRequested" && event.coins === 13
          ? then() as never
          : sound.correlate(event, { stream } as never)
    })

  it.each<[string, () => unknown, string]>([
    ["throws", thrown(new Error("whose?")), "correlate threw Error: whose?"],
    ["throws a value without a text", thrown(Object.create(null)), "correlate threw something that has no text"],
    ["throws a text that no store could hold", thrown("\u0000"), "correlate threw \ufffd"],
    ["gives nothing", () => undefined, "correlate must return an Option"],
    ["returns an id outside of an Option", () => "2", "correlate must return an Option"],
    ["returns an empty id", () => Option.some(""), "id must be a text that is not empty"],
    ["returns a very long id", () => Option.some("a".repeat(10_000)), "must not be longer than 255 characters"],
    [
      "returns an id that is too long with the name of the process",
      () => Option.some("a".repeat(200)),
      "instance must be at most 191"
    ],
    ["returns an id that no store could hold", () => Option.some("\u0000"), "must not contain the character"],
    ["returns undefined as an id", () => Option.some(undefined), "instance must be a text"],
    ["returns a number as an id", () => Option.some(5), "instance must be a text"],
    ["returns a symbol as an id", () => Option.some(Symbol("a")), "instance must be a text"]
  ])("because correlate %s parks its stream, and the others continue", (_, then, reason) =>
    run(Effect.gen(function*() {
      const process = astray(then)
      yield* three(process)
      expect(yield* paid).toEqual([1, 0, 3])
      expect(yield* Parked.list(ProcessRunner.observer(process))).toMatchObject([
        { stream: "transfer-2", version: 1, stage: "Keys", reason: expect.stringContaining(reason) }
      ])
      expect((yield* log).filter((one) => one.startsWith("payments-2"))).toEqual([])
    })))

  it("is logged with the process, the reason and the remedy", () => {
    const { capture, logged } = logging()
    return run(
      Effect.gen(function*() {
        yield* three(astray(thrown("whose?")))
        expect(logged.filter((line) => line.includes("has parked"))).toEqual([expect.stringMatching(
          /^Warn: process "payments observer" has parked stream "transfer-2" at event 1 .* correlate threw whose\?\. .*Parked\.retry/
        )])
      }).pipe(capture)
    )
  })

  it("is observed after a fix and a retry", () =>
    run(Effect.gen(function*() {
      yield* three(astray(thrown("whose?")))
      yield* Parked.retry(ProcessRunner.observer(sound), stream("transfer-2"))
      yield* settle(sound)
      expect(yield* paid).toEqual([1, 13, 3])
      expect(yield* Parked.list(ProcessRunner.observer(sound))).toEqual([])
    })))

  it("is skipped if it is discarded", () =>
    run(Effect.gen(function*() {
      yield* three(astray(thrown("whose?")))
      yield* Parked.discard(ProcessRunner.observer(sound), stream("transfer-2"), "a test of ours")
      yield* settle(sound)
      expect(yield* paid).toEqual([1, 0, 3])
    })))

  it("because it cannot be decoded waits with the later events of its stream", () =>
    run(Effect.gen(function*() {
      yield* append("transfer-1", { data: { from: "a", to: "b", coins: "many" } })
      yield* append("transfer-1", {})
      yield* request("3", "a", "d", 3)
      yield* settle(sound)
      expect(yield* Parked.list(ProcessRunner.observer(sound))).toMatchObject([
        { stream: "transfer-1", version: 1, stage: "Event", reason: expect.stringContaining("coins") }
      ])
      expect(yield* coinsOf("d")).toBe(3)
      yield* Parked.discard(ProcessRunner.observer(sound), stream("transfer-1"), "a test of ours")
      yield* settle(sound)
      expect(yield* coinsOf("b")).toBe(1)
    })))

  it("because an upcaster throws a value that cannot be stored is parked with a storable reason", () =>
    run(Effect.gen(function*() {
      const fields = Schema.Struct({ from: Schema.String, to: Schema.String, coins: Schema.Int })
      const Requested = EventType.make("TransferRequested", Schema.Struct({})).pipe(
        EventType.upcast(fields, thrown(new Error("\u0000")))
      )
      const events = EventCodec.makeUnsafe([Requested, Sample.CoinsTaken, Sample.CoinsAdded])
      const process = payments({ events })
      yield* append("transfer-2", {})
      yield* settle(process)
      expect(yield* Parked.list(ProcessRunner.observer(process))).toMatchObject([
        { stage: "Event", reason: expect.stringContaining("\ufffd") }
      ])
    })))
})

describe("an instance whose stream this code cannot read", () => {
  const garbled = { type: ProcessReacted.name, data: { new: "form" } }

  it("blocks no other instance: its events are parked in their own streams", () =>
    run(Effect.gen(function*() {
      yield* append("payments-2", garbled)
      yield* three(sound)
      expect(yield* paid).toEqual([1, 0, 3])
      expect(yield* Parked.list(ProcessRunner.observer(sound))).toMatchObject([
        { stream: "transfer-2", stage: "Row", reason: expect.stringContaining("cannot be decoded") }
      ])
      expect(yield* Effect.flip(ProcessInstances.get(sound, "2"))).toMatchObject({ _tag: "UndecodableEvent" })
      expect(yield* Effect.flip(ProcessInstances.history(sound, "2"))).toMatchObject({ _tag: "UndecodableEvent" })
      expect(yield* Effect.flip(ProcessInstances.retry(sound, "2"))).toMatchObject({ _tag: "UndecodableEvent" })
    })))
})

describe("an event that nests too deep to be stored within another", () => {
  const nested = (levels: number): unknown => levels === 0 ? 1 : [nested(levels - 1)]

  it("parks its stream instead of being retried without end", () =>
    run(Effect.gen(function*() {
      yield* append("transfer-2", { metadata: { deep: nested(511) as never }, data: { from: "a", to: "c", coins: 1 } })
      yield* request("1", "a", "b", 1)
      yield* settle(sound)
      expect(yield* Parked.list(ProcessRunner.observer(sound))).toMatchObject([
        { stream: "transfer-2", stage: "Row", reason: expect.stringContaining("must not nest deeper than 512") }
      ])
      expect(yield* coinsOf("b")).toBe(1)
    })))
})

describe("an operator's command", () => {
  it("is refused if the instance does not exist, is completed, or is not parked", () =>
    run(Effect.gen(function*() {
      const ends = payments({ react: (_, input) => input._tag === "TransferRequested" ? [{ _tag: "Complete" }] : [] })
      yield* request("1", "a", "b", 1)
      yield* settle(ends)
      const refusals = yield* Effect.all([
        Effect.flip(ProcessInstances.resume(ends, "9", "why not")),
        Effect.flip(ProcessInstances.resume(ends, "1", "why not")),
        Effect.flip(ProcessInstances.retry(ends, "1")),
        Effect.flip(ProcessInstances.discard(ends, "9", "why not"))
      ])
      expect(refusals).toEqual([
        { _tag: "UnknownInstance", instance: "9" },
        { _tag: "InstanceCompleted", instance: "1" },
        { _tag: "InstanceNotParked", instance: "1" },
        { _tag: "InstanceNotParked", instance: "9" }
      ])
      expect(yield* stateOf("1")).toBe("Requested")
    })))
})
