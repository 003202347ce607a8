// The outcomes of a process's commands for each way in which a handler can end.
import * as Aggregate from "@refold/core/decide/Aggregate"
import type { Json } from "@refold/core/event/Json"
import * as Process from "@refold/core/process/Process"
import * as Sample from "@refold/laws/internal/kit/Sample"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { MinimumLogLevel } from "effect/References"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import {
  coinsOf,
  handlers,
  inputsOf,
  jars,
  pass,
  payments,
  recordsOf,
  request,
  run,
  runAtZero,
  seal,
  settle
} from "../support/Transferring.ts"

const process = payments()
const command = { sentAt: 1, index: 0, label: "add", category: "jar", id: "a", command: {}, correlationId: "c" }
const down = new EventStoreError({ operation: "append", cause: "out of order" })

// The outcome of a command whose `handle` function ends like this.
const outcomeOf = (
  handled: Effect.Effect<unknown, unknown>
): Effect.Effect<ProcessHandler.CommandOutcome, ProcessHandler.RetryableFailure> =>
  ProcessHandler.withHandler(Sample.aggregate, () => handled).handle(
    { ...command, command: { _tag: "Seal" } },
    { idempotencyKey: "k" }
  )

class NotEnough extends Data.TaggedError("NotEnough")<{ readonly coins: unknown }> {}
class IsSealed extends Schema.TaggedError<IsSealed>()("IsSealed", { since: Schema.Int }) {}

describe("a refusal", () => {
  it.each<[string, unknown, Json]>([
    ["an object", { _tag: "NotEnough", coins: 3 }, { _tag: "NotEnough", coins: 3 }],
    ["a text", "no", "no"],
    ["nothing", undefined, "undefined"],
    ["an error with a tag", new NotEnough({ coins: 3 }), { _tag: "NotEnough", coins: 3 }],
    ["an error by a schema", new IsSealed({ since: 3 }), { _tag: "IsSealed", since: 3 }],
    ["a text that no store could hold", "\u0000no\ud800", "\ufffdno\ufffd"],
    ["NaN", NaN, "NaN"],
    ["a date", new Date(0), String(new Date(0))],
    ["a big number", 3n, "3"],
    [
      "an object that has no text",
      Object.create(null, { x: { value: 1n, enumerable: true } }),
      "something that has no text"
    ]
  ])("that is %s is recorded as JSON", (_, refusal, json) =>
    run(Effect.gen(function*() {
      expect(yield* outcomeOf(Effect.fail(refusal))).toEqual({ _tag: "Refused", refusal: json })
    })))

  it.each([[509, true], [510, false]])(
    "of %i levels is recorded as JSON: %s",
    (depth, isJson) =>
      run(Effect.gen(function*() {
        let refusal: Json = {}
        for (let level = 1; level < depth; level++) refusal = { refusal }
        const recorded = isJson ? refusal : "[object Object]"
        expect(yield* outcomeOf(Effect.fail(refusal))).toEqual({ _tag: "Refused", refusal: recorded })
      }))
  )
})

describe("a handler", () => {
  it("that succeeds gives the outcome Succeeded", () =>
    run(Effect.gen(function*() {
      expect(yield* outcomeOf(Effect.succeed("much"))).toEqual({ _tag: "Succeeded", storedEvents: false })
    })))

  it("fails if the outcome of the command is unknown", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(outcomeOf(Effect.fail(down)))).toBe(down)
    })))

  it.each<[string, Json, string]>([
    ["does not have", { _tag: "Break" }, "Expected"],
    ["no longer accepts", { _tag: "Take", coins: "many" }, "coins"],
    ["does not read in full", { _tag: "Seal", hard: true }, "hard"]
  ])(
    "gives the outcome Failed for a command that its aggregate %s",
    (_, recorded, reason) =>
      run(Effect.gen(function*() {
        expect(yield* jars.handle({ ...command, command: recorded }, {})).toMatchObject({
          _tag: "Failed",
          reason: expect.stringContaining(reason)
        })
      }))
  )

  it("fails a command permanently if the aggregate defines no schema of its commands", () =>
    run(Effect.gen(function*() {
      const mute = { ...Sample.aggregate, commands: Option.none() }
      expect(yield* ProcessHandler.of(mute).handle(command, {})).toEqual({
        _tag: "Failed",
        reason: "category \"jar\" must define the schema of its commands"
      })
    })))
})

// Ends like this for the first `times` attempts, then handles as the jars do.
const troubled = (
  times: number,
  trouble: Effect.Effect<ProcessHandler.CommandOutcome, ProcessHandler.RetryableFailure>
) => {
  const keys: Array<string | undefined> = []
  const handler: ProcessHandler.ProcessHandler<ProcessHandler.Services> = {
    category: "jar",
    handle: (command, options) => {
      if (command.id !== "b") return jars.handle(command, options)
      keys.push(options.idempotencyKey)
      return keys.length > times ? jars.handle(command, options) : trouble
    }
  }
  return { handlers: [handler], keys }
}

describe("a command", () => {
  it("that is refused leads to a signal to the process, and stores no event", () =>
    run(Effect.gen(function*() {
      yield* seal("b")
      yield* request("1", "a", "b", 1)
      yield* settle(process)
      expect(yield* inputsOf(process, "1")).toEqual(["TransferRequested", "CommandRefused"])
    })))

  it("whose handler dies fails after the maximum number of attempts, and its reason is recorded", () =>
    run(Effect.gen(function*() {
      const { handlers, keys } = troubled(9, Effect.die(new Error("a bug")))
      yield* request("1", "a", "b", 1)
      yield* settle(process, { handlers, commandAttempts: 2 })
      const key = expect.stringMatching(/^refold:payments-1#1\.0@./)
      expect(keys).toEqual([key, keys[0]])
      expect((yield* ProcessInstances.history(process, "1")).at(-1)!.event).toMatchObject({
        trigger: { outcome: { _tag: "Failed", reason: "the handler threw Error: a bug" } }
      })
      expect(yield* coinsOf("b")).toBe(0)
    })))

  it("whose handler throws instead of returning an effect fails, too", () =>
    run(Effect.gen(function*() {
      const throws = () => {
        throw new Error("a bug")
      }
      yield* request("1", "a", "b", 1)
      yield* settle(process, { handlers: [{ category: "jar", handle: throws }] })
      expect(yield* inputsOf(process, "1")).toEqual(["TransferRequested", "CommandFailed"])
    })))

  it("whose handler dies with a value that cannot be stored fails, too", () =>
    run(Effect.gen(function*() {
      const { handlers } = troubled(9, Effect.die("\u0000"))
      yield* request("1", "a", "b", 1)
      yield* settle(process, { handlers })
      expect(yield* inputsOf(process, "1")).toEqual(["TransferRequested", "CommandFailed"])
    })))

  it("whose handler dies once succeeds at the next attempt", () =>
    run(Effect.gen(function*() {
      const { handlers } = troubled(1, Effect.die("a bug"))
      yield* request("1", "a", "b", 1)
      yield* settle(process, { handlers, commandAttempts: 2 })
      expect(yield* coinsOf("b")).toBe(1)
    })))

  it("whose outcome is unknown fails a catch-up and is dispatched by the next one", () =>
    run(Effect.gen(function*() {
      const { handlers, keys } = troubled(1, Effect.fail(down))
      yield* request("1", "a", "b", 1)
      yield* request("2", "a", "c", 2)
      expect(yield* Effect.flip(settle(process, { handlers }))).toBe(down)
      expect(yield* coinsOf("c")).toBe(2)
      yield* settle(process, { handlers })
      expect(yield* coinsOf("b")).toBe(1)
      expect(new Set(keys).size).toBe(1)
    })))

  it("of a category without a handler waits until there is one", () =>
    run(Effect.gen(function*() {
      yield* request("1", "a", "b", 1)
      yield* Projector.catchUp(ProcessRunner.observer(process))
      const moved = payments({ targets: [{ ...Sample.aggregate, category: "vase" }], react: () => [] })
      const vases = { ...jars, category: "vase" }
      const failure = yield* Effect.flip(settle(moved, { handlers: [vases] }))
      expect(failure.message).toContain("there is no handler for category \"jar\"")
      yield* settle(process)
      expect(yield* coinsOf("b")).toBe(1)
    })))

  it("that was decided before its schema became stricter fails", () =>
    run(Effect.gen(function*() {
      yield* request("1", "a", "b", -5)
      yield* Projector.catchUp(ProcessRunner.observer(process))
      const Strict = Schema.TaggedStruct("Add", {
        coins: Schema.Int.check(Schema.isGreaterThan(0)),
        notes: Schema.Array(Schema.String)
      })
      const stricter = Aggregate.makeUnsafe({
        category: Sample.aggregate.category,
        events: Sample.codec,
        decider: Sample.aggregate.decider,
        commands: Schema.Union([
          Strict,
          Schema.TaggedStruct("Seal", {}),
          Schema.TaggedStruct("Take", { coins: Schema.Int })
        ])
      })
      const strict = ProcessHandler.of(stricter)
      yield* settle(process, { handlers: [strict] })
      expect(yield* inputsOf(process, "1")).toEqual(["TransferRequested", "CommandFailed"])
    })))

  it("takes effect once, although the runner dies before it records the outcome", () =>
    run(Effect.gen(function*() {
      yield* request("1", "a", "b", 5)
      const dies = {
        ...jars,
        handle: (...args: Parameters<typeof jars.handle>) => Effect.andThen(jars.handle(...args), Effect.interrupt)
      }
      expect((yield* Effect.exit(settle(process, { handlers: [dies] })))._tag).toBe("Failure")
      expect(yield* recordsOf(process, "1")).toEqual(["ProcessReacted"])
      yield* settle(process)
      expect(yield* coinsOf("b")).toBe(5)
      expect(yield* inputsOf(process, "1")).toEqual(["TransferRequested", "CommandSucceeded"])
    })))

  it("of a completed instance is still dispatched", () =>
    run(Effect.gen(function*() {
      const ends = payments({
        react: (state, input, context, before) => [...process.react(state, input, context, before), Process.complete]
      })
      yield* request("1", "a", "b", 5)
      yield* settle(ends)
      expect(yield* coinsOf("b")).toBe(5)
      expect(yield* inputsOf(ends, "1")).toEqual(["TransferRequested"])
      const { rows } = yield* ProcessInstances.query(ends, { index: "status", where: { status: "Completed" } })
      expect(rows).toHaveLength(1)
    })))
})

describe("a process that runs", () => {
  it("needs a handler for each of its targets", () =>
    run(Effect.gen(function*() {
      const missing = { _tag: "InvalidInput", message: "handlers must have one for category \"jar\"" }
      const [other] = [{ ...jars, category: "other" }]
      expect(yield* Effect.flip(ProcessRunner.run(process, { handlers: [] }))).toMatchObject(missing)
      expect(yield* Effect.flip(ProcessRunner.start(process, { handlers: [other] }))).toMatchObject(missing)
      expect(yield* Effect.flip(ProcessRunner.catchUp(process, { handlers: [] }))).toMatchObject(missing)
    })))

  it("waits for a store that is lost just after the start", () =>
    runAtZero(Effect.gen(function*() {
      let isDown = false
      const lost = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.suspend(() => isDown ? Effect.fail<E | EventStoreError>(down) : effect)
      const store = yield* ReadModelStore
      const failing = ReadModelStore.of({
        ...store,
        open: (projection) => lost(store.open(projection)),
        generations: (projection) => lost(store.generations(projection)),
        update: (...args) => lost(store.update(...args))
      })
      const { handlers } = troubled(0, Effect.never)
      yield* Effect.provideService(ProcessRunner.start(process, { handlers }), ReadModelStore, failing)
      isDown = true
      yield* pass(5000)
      isDown = false
      yield* request("1", "a", "b", 1)
      yield* pass(3000)
      expect(yield* coinsOf("b")).toBe(1)
    })))

  it("retries a command whose handler never ends, under the same key", () =>
    runAtZero(Effect.gen(function*() {
      const { handlers, keys } = troubled(1, Effect.never)
      yield* ProcessRunner.start(process, { handlers, commandTimeout: "5 seconds" })
      yield* request("1", "a", "b", 1)
      yield* pass(4000)
      expect([yield* coinsOf("b"), keys.length]).toEqual([0, 1])
      yield* pass(6000)
      expect([yield* coinsOf("b"), new Set(keys).size]).toEqual([1, 1])
    })))

  it("retries a command with an unknown outcome with backoff, while other instances continue", () =>
    runAtZero(Effect.gen(function*() {
      const { handlers, keys } = troubled(Infinity, Effect.fail(down))
      yield* ProcessRunner.start(process, { handlers })
      yield* request("1", "a", "b", 1)
      yield* pass(10_000)
      const early = keys.length
      yield* request("2", "a", "c", 2)
      yield* pass(2000)
      expect(yield* coinsOf("c")).toBe(2)
      // The delay is at its maximum of 30 seconds now.
      yield* pass(60_000)
      yield* pass(60_000)
      const late = keys.length
      yield* pass(60_000)
      expect(early).toBeGreaterThan(2)
      expect(keys.length - late).toBeLessThanOrEqual(2)
      expect(keys.length).toBeGreaterThan(late)
    })))

  it("works on other instances, however many fail at the store", () =>
    runAtZero(Effect.gen(function*() {
      const { handlers } = troubled(Infinity, Effect.fail(down))
      // More than one page of them, all due for longer.
      yield* Effect.forEach(Array.from({ length: 510 }, (_, n) => n), (n) => request(`a${n}`, "a", "b", 1))
      yield* request("z", "a", "c", 2)
      const quiet = { handlers, concurrency: 1000 }
      // One warning for each, at each attempt.
      yield* Effect.provideService(ProcessRunner.start(process, quiet), MinimumLogLevel, "None")
      yield* pass(5000)
      expect(yield* coinsOf("c")).toBe(2)
    })))

  it("continues from the progress of the last runner", () =>
    runAtZero(Effect.gen(function*() {
      const { handlers: mute } = troubled(Infinity, Effect.never)
      yield* Effect.scoped(Effect.gen(function*() {
        yield* ProcessRunner.start(process, { handlers: mute })
        yield* request("1", "a", "b", 1)
        yield* pass(3000)
      }))
      expect(yield* recordsOf(process, "1")).toEqual(["ProcessReacted"])
      yield* ProcessRunner.start(process, { handlers })
      yield* pass(3000)
      expect(yield* coinsOf("b")).toBe(1)
    })))
})
