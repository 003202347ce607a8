// Processes on the memory adapter: the events that they observe, their decisions, and the metadata of the events that they store.
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as Process from "@refold/core/process/Process"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as Transfers from "@refold/laws/internal/process/Transfers"
import * as EventObserver from "@refold/store/internal/process/EventObserver"
import { defaults } from "@refold/store/internal/project/CatchUp"
import { Causation } from "@refold/store/log/Causation"
import { EventReader } from "@refold/store/log/EventReader"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import {
  add,
  append,
  coinsOf,
  handlers,
  handleTransfer,
  inputsOf,
  jars,
  log,
  pass,
  payments,
  recordsOf,
  request,
  run,
  runAtZero,
  seal,
  settle,
  stateOf,
  transfers
} from "../support/Transferring.ts"

const saga = Transfers.make("moves", { timeout: "1 hour" })
const settleSaga = ProcessRunner.catchUp(saga, { handlers })
const phaseOf = (process: Transfers.Transfers, instance: string) =>
  Effect.map(ProcessInstances.get(process, instance), ({ state }) => state.pending.phase)

const recorded = Effect.flatMap(EventReader, (reader) => Stream.runCollect(reader.readAll()))
const at = (events: ReadonlyArray<RecordedEvent>, place: string): RecordedEvent => {
  const found = events.find(({ stream, version }) => `${stream}@${version}` === place)
  if (found === undefined) throw new Error(`nothing is at ${place}`)
  return found
}

describe("a saga that is run", () => {
  it("dispatches all commands that it decides", () =>
    run(Effect.gen(function*() {
      yield* add("a", 10)
      yield* request("1", "a", "b", 4)
      yield* request("2", "a", "b", 100)
      yield* settleSaga
      expect([yield* coinsOf("a"), yield* coinsOf("b")]).toEqual([6, 4])
      expect([yield* stateOf("1"), yield* stateOf("2")]).toEqual(["Done", "Failed"])
    })))

  it("observes a batch of events for more instances than one commit may write to", () =>
    run(Effect.gen(function*() {
      const instances = Array.from({ length: 1_001 }, (_, n) => String(n))
      for (const instance of instances) yield* request(instance, "a", "b", 1)
      const store = yield* ReadModelStore
      const { id } = yield* store.begin(EventObserver.of(saga), "Building")
      const all = yield* recorded
      yield* store.update(id, (batch) => EventObserver.of(saga).fold(batch, all, new Set(), defaults))
      const reacted = (yield* recorded).filter(({ type }) => type === "ProcessReacted")
      expect(reacted.map(({ stream, version }) => `${stream}@${version}`)).toEqual(
        instances.map((instance) => `moves-${instance}@1`)
      )
    })))

  it("compensates step by step", () =>
    run(Effect.gen(function*() {
      yield* add("a", 10)
      yield* seal("b")
      yield* request("1", "a", "b", 4)
      yield* settleSaga
      expect([yield* coinsOf("a"), yield* coinsOf("b")]).toEqual([10, 0])
      expect(yield* log).toEqual([
        "jar-a@1 CoinsAdded",
        "jar-b@1 JarSealed",
        "transfer-1@1 TransferRequested",
        "moves-1@1 ProcessReacted",
        "jar-a@2 CoinsTaken",
        "moves-1@2 ProcessReacted",
        "moves-1@3 ProcessReacted",
        "moves-1@4 ProcessReacted",
        "jar-a@3 CoinsAdded",
        "moves-1@5 ProcessReacted",
        "transfer-1@2 TransferEnded",
        "moves-1@6 ProcessReacted"
      ])
    })))

  it("may send to one aggregate twice", () =>
    run(Effect.gen(function*() {
      const take = (name: string) => ({
        name,
        command: ({ coins, from }: Transfers.Transfer) => Process.send(Sample.aggregate, from, { _tag: "Take", coins }),
        succeededOn: ({ _tag }: Transfers.Followed) => _tag === "CoinsTaken",
        compensate: ({ coins, from }: Transfers.Transfer) =>
          Process.send(Sample.aggregate, from, { _tag: "Add", coins, notes: [] })
      })
      const twice = Transfers.make("twice", { steps: [take("one"), take("two")] })
      yield* add("a", 5)
      yield* request("1", "a", "b", 2)
      yield* ProcessRunner.catchUp(twice, { handlers })
      expect([yield* coinsOf("a"), yield* phaseOf(twice, "1")]).toEqual([1, "Succeeded"])
      yield* request("2", "a", "b", 1)
      yield* ProcessRunner.catchUp(twice, { handlers })
      expect([yield* coinsOf("a"), yield* phaseOf(twice, "2")]).toEqual([1, "Compensated"])
    })))

  it("does not affect another saga over the same events", () =>
    run(Effect.gen(function*() {
      const other = Transfers.make("gifts", { onSuccess: () => [] })
      yield* add("a", 10)
      yield* request("1", "a", "b", 4)
      yield* settleSaga
      yield* ProcessRunner.catchUp(other, { handlers })
      yield* settleSaga
      expect([yield* coinsOf("a"), yield* coinsOf("b")]).toEqual([2, 8])
      expect([yield* phaseOf(saga, "1"), yield* phaseOf(other, "1")]).toEqual(["Succeeded", "Succeeded"])
    })))

  it("has the status Completed when it is compensated, and nothing is due", () =>
    run(Effect.gen(function*() {
      yield* add("a", 10)
      yield* seal("b")
      yield* request("1", "a", "b", 4)
      yield* settleSaga
      const { rows } = yield* ProcessInstances.query(saga, { index: "status", where: { status: "Completed" } })
      expect(rows.map(({ state: { due, instance, phase } }) => ({ due, instance, phase }))).toEqual([
        { due: Option.none(), instance: "1", phase: "Compensated" }
      ])
      expect((yield* ProcessInstances.get(saga, "1")).state.status).toBe("Completed")
    })))

  it("waits at CompensationFailed until an operator resumes it", () =>
    run(Effect.gen(function*() {
      const hasty = Transfers.make("hasty", { compensation: { attempts: 1 } })
      yield* add("a", 4)
      yield* seal("b")
      yield* request("1", "a", "b", 4)
      // Sealed after the coins are taken, and before they are added back.
      const sealing: typeof jars = {
        ...jars,
        handle: (command, options) =>
          command.label === "add"
            ? Effect.andThen(Effect.orDie(seal("a")), jars.handle(command, options))
            : jars.handle(command, options)
      }
      yield* ProcessRunner.catchUp(hasty, { handlers: [sealing, transfers] })
      const { rows } = yield* ProcessInstances.query(hasty, { index: "phase", where: { phase: "CompensationFailed" } })
      expect(rows.map(({ state }) => state.instance)).toEqual(["1"])
      yield* ProcessInstances.resume(hasty, "1", "the jar is open")
      const open = { ...jars, handle: () => Effect.succeed({ _tag: "Succeeded" } as const) }
      yield* ProcessRunner.catchUp(hasty, { handlers: [open, transfers] })
      expect([yield* phaseOf(hasty, "1"), yield* stateOf("1")]).toEqual(["Compensated", "Failed"])
    })))
})

describe("the metadata of a process's events", () => {
  const settled = Effect.gen(function*() {
    yield* add("a", 10)
    yield* handleTransfer("1", { _tag: "Request", from: "a", to: "b", coins: 4 }, {
      metadata: { correlationId: "c", actor: "Ann" }
    })
    yield* settleSaga
    return yield* recorded
  })

  it("has the correlation id of the event that started the instance", () =>
    run(Effect.gen(function*() {
      const events = (yield* settled).slice(1)
      expect(events).toHaveLength(9)
      expect(new Set(events.map(({ metadata }) => metadata.correlationId))).toEqual(new Set(["c"]))
    })))

  it("has the id of the direct cause", () =>
    run(Effect.gen(function*() {
      const events = yield* settled
      const cause = (place: string) => at(events, place).metadata.causationId
      expect(cause("moves-1@1")).toBe(at(events, "transfer-1@1").id)
      // The id of the decision follows.
      expect(cause("jar-a@2")).toMatch(/^moves-1#1\.0@./)
      // The outcome, and the event.
      expect(cause("moves-1@2")).toBe(cause("jar-a@2"))
      expect(cause("moves-1@3")).toBe(at(events, "jar-a@2").id)
    })))

  it("names the instance that sent the command", () =>
    run(Effect.gen(function*() {
      const events = yield* settled
      const sent = events.filter(({ metadata }) => metadata.process === "moves-1")
      expect(sent.map(({ stream, version }) => `${stream}@${version}`)).toEqual(["jar-a@2", "jar-b@1", "transfer-1@2"])
    })))

  it("does not have the actor of the first event: the actor is not passed on by a process", () =>
    run(Effect.gen(function*() {
      const events = yield* settled
      expect(events.filter(({ metadata }) => metadata.actor !== undefined).map(({ stream }) => stream)).toEqual([
        "transfer-1"
      ])
      // It is recorded with the trigger.
      expect(at(events, "moves-1@1").data).toMatchObject({ trigger: { metadata: { actor: "Ann" } } })
    })))

  it("has the id of the first event as the correlation id if that event has none", () =>
    run(Effect.gen(function*() {
      yield* append("transfer-1", {})
      yield* settle(payments())
      const events = yield* recorded
      const ids = events.slice(1).map(({ metadata }) => metadata.correlationId)
      expect(new Set(ids)).toEqual(new Set([events[0]!.id]))
    })))

  it("names the operator that resumed an instance", () =>
    run(Effect.gen(function*() {
      yield* request("1", "a", "b", 1)
      yield* settle(payments())
      yield* ProcessInstances.resume(payments(), "1", "why not").pipe(
        Effect.provideService(Causation, { actor: "Bob" })
      )
      expect((yield* recorded).at(-1)!.metadata).toMatchObject({ actor: "Bob" })
    })))
})

describe("a process", () => {
  const process = payments()

  it("observes only events of its categories", () =>
    run(Effect.gen(function*() {
      yield* append("other-1", {})
      yield* append("transfer-2", {})
      yield* settle(process)
      expect((yield* log).filter((one) => one.startsWith("payments"))).toEqual([
        "payments-2@1 ProcessReacted",
        "payments-2@2 ProcessReacted"
      ])
    })))

  it("observes only events that were recorded at or after `since`", () =>
    runAtZero(Effect.gen(function*() {
      const since = payments({ since: DateTime.makeUnsafe(1000) })
      yield* TestClock.setTime(999)
      yield* request("1", "a", "b", 1)
      yield* TestClock.setTime(1000)
      yield* request("2", "a", "c", 2)
      // Occurred before, and recorded after.
      yield* append("transfer-3", { data: { from: "a", to: "d", coins: 3 } })
      yield* settle(since)
      expect([yield* coinsOf("b"), yield* coinsOf("c"), yield* coinsOf("d")]).toEqual([0, 2, 3])
    })))

  it("skips events that are for no instance", () =>
    run(Effect.gen(function*() {
      yield* request("1", "a", "b", 1)
      yield* settle(payments({ correlate: () => Option.none() }))
      expect(yield* log).toEqual(["transfer-1@1 TransferRequested"])
    })))

  it("does not react after the instance is completed", () =>
    run(Effect.gen(function*() {
      const ends = payments({ react: () => [Process.complete] })
      yield* append("transfer-1", {})
      yield* settle(ends)
      yield* append("transfer-1", {})
      yield* settle(ends)
      expect(yield* recordsOf(ends, "1")).toEqual(["ProcessReacted"])
    })))

  it("decides the same in batches of any size", () =>
    run(Effect.gen(function*() {
      const both = payments({ correlate: () => Option.some("all") })
      for (const n of ["1", "2", "3", "4", "5"]) yield* request(n, "a", "b", Number(n))
      yield* settle(both, { batchSize: 2 })
      expect(yield* coinsOf("b")).toBe(15)
      expect((yield* inputsOf(both, "all"))!.filter((tag) => tag === "TransferRequested")).toHaveLength(5)
    })))

  it("dispatches each command once, with any number of runners", () =>
    run(Effect.gen(function*() {
      for (const n of ["1", "2", "3", "4", "5"]) yield* request(n, "a", "b", Number(n))
      yield* Effect.all([settle(process), settle(process), settle(process)], { concurrency: "unbounded" })
      expect(yield* coinsOf("b")).toBe(15)
      expect(yield* inputsOf(process, "3")).toEqual(["TransferRequested", "CommandSucceeded"])
    })))

  it("that runs observes new events, and ends with its scope", () =>
    runAtZero(Effect.gen(function*() {
      yield* Effect.scoped(Effect.gen(function*() {
        yield* ProcessRunner.start(process, { handlers })
        yield* request("1", "a", "b", 1)
        yield* pass(2000)
        expect(yield* coinsOf("b")).toBe(1)
      }))
      yield* request("2", "a", "b", 1)
      yield* pass(5000)
      expect(yield* coinsOf("b")).toBe(1)
    })))

  it("does nothing on an empty log", () =>
    run(Effect.gen(function*() {
      yield* settle(process)
      expect(yield* log).toEqual([])
    })))
})
