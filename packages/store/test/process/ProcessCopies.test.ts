// Several runners of one process: the outcome of a command that one of them recorded is final for the others, however late
// they are.
import * as Json from "@refold/core/event/Json"
import * as StreamName from "@refold/core/event/StreamName"
import * as Process from "@refold/core/process/Process"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as Transfers from "@refold/laws/internal/process/Transfers"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as ProcessKeys from "@refold/store/internal/log/ProcessKeys"
import { EventIds } from "@refold/store/log/EventIds"
import { EventStore } from "@refold/store/log/EventStore"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { add, coinsOf, handleJar, handlers, request, seal, transfers } from "../support/Transferring.ts"

const saga = Transfers.make("moves")

const phaseOf = (id: string) => Effect.map(ProcessInstances.get(saga, id), ({ state }) => state.pending.phase)

const answersOf = (process: Transfers.Transfers) =>
  Effect.map(
    ProcessInstances.history(process, "1"),
    (history) =>
      history.flatMap(({ event }) =>
        "trigger" in event && event.trigger._tag === "Answered" ? [event.trigger.outcome._tag] : []
      )
  )

const onMemory = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services>) => () =>
  Effect.runPromise(Effect.provide(effect, MemoryStore.layer))

/** A handler of jars that delays a command until the gate opens, and signals when the command has arrived. */
const slow = Effect.gen(function*() {
  const came = yield* Deferred.make<void>()
  const gate = yield* Deferred.make<void>()
  const jars = ProcessHandler.withHandler(
    Sample.aggregate,
    (id, command: Sample.Command, options) =>
      Deferred.succeed(came, undefined).pipe(
        Effect.andThen(Deferred.await(gate)),
        Effect.andThen(handleJar(id, command, options))
      )
  )
  return { came: Deferred.await(came), open: Deferred.succeed(gate, undefined), handlers: [jars, transfers] }
})

describe("a late copy of a command", () => {
  it(
    "has no effect if the command was refused, although it would succeed now",
    onMemory(Effect.gen(function*() {
      const late = yield* slow
      yield* request("1", "a", "b", 4)
      const copy = yield* Effect.forkChild(ProcessRunner.catchUp(saga, late))
      yield* late.came
      yield* ProcessRunner.catchUp(saga, { handlers })
      expect(yield* phaseOf("1")).toBe("Compensated")
      yield* add("a", 10)
      yield* late.open
      yield* Fiber.join(copy)
      expect([yield* coinsOf("a"), yield* coinsOf("b"), yield* phaseOf("1")]).toEqual([10, 0, "Compensated"])
    }))
  )

  it(
    "finds the events of the first copy and records the outcome from them",
    onMemory(Effect.gen(function*() {
      const late = yield* slow
      yield* add("a", 10)
      yield* request("1", "a", "b", 4)
      const copy = yield* Effect.forkChild(ProcessRunner.catchUp(saga, late))
      yield* late.came
      yield* ProcessRunner.catchUp(saga, { handlers })
      yield* seal("a")
      yield* late.open
      yield* Fiber.join(copy)
      expect([yield* coinsOf("b"), yield* phaseOf("1")]).toEqual([4, "Succeeded"])
    }))
  )

  it(
    "has no effect if the command succeeded without events",
    onMemory(Effect.gen(function*() {
      const late = yield* slow
      yield* request("1", "a", "b", 0)
      const nothing = Transfers.make("nothing", {
        steps: [{
          name: "add",
          command: ({ coins, to }) => Process.send(Sample.aggregate, to, { _tag: "Add", coins, notes: [] })
        }]
      })
      const copy = yield* Effect.forkChild(ProcessRunner.catchUp(nothing, late))
      yield* late.came
      yield* ProcessRunner.catchUp(nothing, { handlers })
      expect(yield* answersOf(nothing)).toEqual(["Succeeded", "Succeeded"])
      const answer = (yield* ProcessInstances.history(nothing, "1"))[1]!
      const key = `refold:${String(answer.recorded.metadata.causationId)}`
      const keys = (yield* EventStore).findAppended({ key, fingerprint: "any" })
      expect(yield* Effect.flip(Effect.provideService(keys, ProcessKeys.Dispatching, key))).toMatchObject({
        _tag: "IdempotencyConflict"
      })
      yield* late.open
      yield* Fiber.join(copy)
      expect(yield* answersOf(nothing)).toEqual(["Succeeded", "Succeeded"])
    }))
  )

  it(
    "is not recorded as failed if this code cannot read its events: it waits for newer code",
    onMemory(Effect.gen(function*() {
      yield* add("a", 10)
      yield* request("1", "a", "b", 4)
      // Newer code stores an event of a type that this code does not have, and is killed before it records the outcome.
      const newer = ProcessHandler.withHandler(
        Sample.aggregate,
        (id, _: Sample.Command, { idempotencyKey }) =>
          Effect.gen(function*() {
            const store = yield* EventStore
            const stream = Result.getOrThrow(StreamName.make("jar", id))
            const unknown = {
              type: "CoinsSold",
              schemaVersion: 1,
              data: {},
              metadata: {},
              occurredAt: yield* DateTime.now
            }
            const fingerprint = Json.canonical(["jar", id, { _tag: "Take", coins: 4 }])
            yield* store.append(stream, [{ ...unknown, id: yield* yield* EventIds }], {
              idempotency: { key: idempotencyKey!, fingerprint }
            })
            return yield* new EventStoreError({ operation: "go on", cause: "killed" })
          })
      )
      yield* Effect.exit(ProcessRunner.catchUp(saga, { handlers: [newer, transfers] }))
      expect(yield* Effect.flip(ProcessRunner.catchUp(saga, { handlers }))).toMatchObject({
        _tag: "UnknownEventType",
        type: "CoinsSold"
      })
      const outcomes = (yield* ProcessInstances.history(saga, "1"))
        .flatMap(({ event }) => "trigger" in event && event.trigger._tag === "Answered" ? [event.trigger] : [])
      expect(outcomes).toEqual([])
    }))
  )

  it(
    "is final if it stores its events before the refusal of the other copy is recorded",
    onMemory(Effect.gen(function*() {
      yield* request("1", "a", "b", 4)
      // Refused here, and handled by another runner before the refusal is recorded.
      const refusing = ProcessHandler.withHandler(
        Sample.aggregate,
        (id, command: Sample.Command, options) =>
          Effect.tapError(
            handleJar(id, command, options),
            () => Effect.andThen(add("a", 10), handleJar(id, command, options))
          )
      )
      yield* ProcessRunner.catchUp(saga, { handlers: [refusing, transfers] })
      expect([yield* coinsOf("a"), yield* coinsOf("b"), yield* phaseOf("1")]).toEqual([6, 4, "Succeeded"])
    }))
  )
})

describe("a runner", () => {
  it(
    "works on other instances while a command does not end",
    onMemory(Effect.scoped(Effect.gen(function*() {
      const came = yield* Deferred.make<void>()
      const stuck = ProcessHandler.withHandler(
        Sample.aggregate,
        (id, command: Sample.Command, options) =>
          id === "stuck"
            ? Effect.andThen(Deferred.succeed(came, undefined), Effect.never)
            : handleJar(id, command, options)
      )
      yield* ProcessRunner.start(saga, { handlers: [stuck, transfers], concurrency: 2 })
      yield* add("a", 10)
      yield* request("1", "stuck", "b", 4)
      yield* Deferred.await(came)
      yield* request("2", "a", "b", 4)
      yield* Effect.repeat(Effect.delay(phaseOf("2"), 5), { until: (phase) => phase === "Succeeded" })
      expect(yield* phaseOf("1")).toBe("Running")
    })))
  )
})
