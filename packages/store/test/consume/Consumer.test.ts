import { Position } from "@refold/core/event/Position"
import * as Consumer from "@refold/store/consume/Consumer"
import { Causation } from "@refold/store/log/Causation"
import * as Parked from "@refold/store/project/Parked"
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import * as Account from "../support/Account.ts"
import { append, run, runAtZero, stored, stream } from "../support/Account.ts"
import { balances, deposit, pass } from "../support/Balances.ts"
import * as Mail from "../support/Mail.ts"

const catchUp = Consumer.catchUp

describe("a definition", () => {
  const definition = {
    name: "mail",
    events: Account.codec,
    startAt: "start",
    handle: () => Effect.void
  } as const
  it.each<[string, object, string]>([
    ["an empty name", { name: "" }, "name"],
    ["a name with a space", { name: "my mail" }, "name"],
    ["a name with a dot", { name: "my.mail" }, "name"],
    ["a name of 101 characters", { name: "x".repeat(101) }, "name"],
    ["an unknown start", { startAt: "later" }, "startAt"],
    ["no start", { startAt: undefined }, "startAt"],
    ["a start that is no position", { startAt: { after: 1.5 } }, "startAt"],
    ["no categories", { categories: [] }, "categories"],
    ["no time", { timeout: 0 }, "timeout"],
    ["no handler", { handle: undefined }, "handle"],
    ["two handlers", { handleAll: () => Effect.void }, "handle"]
  ])("with %s is refused", (_, part, field) => {
    const made = Consumer.make({ ...definition, ...part })
    expect(Result.getOrThrow(Result.flip(made))).toMatchObject({ _tag: "InvalidInput", field })
  })

  it.each([
    ["batchSize", { batchSize: 0 }],
    ["attempts", { attempts: 0 }],
    ["workers", { workers: 0 }],
    ["backoff", { backoff: "0 millis" }],
    ["retryNewer", { retryNewer: "0 millis" }]
  ])("is refused if the option %s breaks its rule", (field, options) =>
    run(Effect.gen(function*() {
      const { consumer } = Mail.make()
      expect(yield* Effect.flip(catchUp(consumer, options as Consumer.Options)))
        .toMatchObject({ _tag: "InvalidInput", field })
    })))
})

describe("a consumer", () => {
  it("handles each event once, in order, with a key for each", () =>
    run(Effect.gen(function*() {
      const { consumer, sent } = Mail.make()
      yield* deposit("a", 1, 2)
      yield* deposit("b", 3)
      expect(yield* catchUp(consumer)).toBe(3)
      yield* deposit("a", 4)
      expect(yield* catchUp(consumer)).toBe(4)
      expect(yield* catchUp(consumer)).toBe(4)
      expect(sent).toMatchObject([
        { stream: "account-a", version: 1, amount: 1 },
        { stream: "account-a", version: 2, amount: 2 },
        { stream: "account-b", version: 1, amount: 3 },
        { stream: "account-a", version: 3, amount: 4 }
      ])
      const [first] = yield* Account.history("a")
      expect(sent[0]!.key).toBe(`mail:${first!.id}`)
      expect(new Set(sent.map(({ key }) => key)).size).toBe(4)
    })))

  it("begins after the events that are stored when it starts", () =>
    run(Effect.gen(function*() {
      const { amounts, consumer } = Mail.make({ startAt: "now" })
      yield* deposit("a", 1)
      yield* Consumer.start(consumer)
      yield* deposit("a", 2)
      expect(yield* catchUp(consumer)).toBe(2)
      expect(amounts()).toEqual([2])
    })))

  it("begins once: a restart before the first event skips no event", () =>
    run(Effect.gen(function*() {
      const { amounts, consumer } = Mail.make({ startAt: "now" })
      yield* catchUp(consumer)
      yield* deposit("a", 1)
      yield* catchUp(consumer)
      expect(amounts()).toEqual([1])
    })))

  it("begins after a position", () =>
    run(Effect.gen(function*() {
      const { amounts, consumer } = Mail.make({ startAt: { after: Position(1) } })
      yield* deposit("a", 1, 2)
      yield* catchUp(consumer)
      expect(amounts()).toEqual([2])
    })))

  it("is refused if it begins after a position beyond the log, and nothing is stored", () =>
    run(Effect.gen(function*() {
      const { consumer } = Mail.make({ startAt: { after: Position(2) } })
      yield* deposit("a", 1)
      expect(yield* Effect.flip(catchUp(consumer))).toMatchObject({ _tag: "InvalidInput", field: "startAt" })
      expect(yield* (yield* ReadModelStore).generations("mail")).toEqual([])
    })))

  it("has the status of a projection", () =>
    run(Effect.gen(function*() {
      const { consumer } = Mail.make()
      yield* deposit("a", 1)
      yield* catchUp(consumer)
      yield* deposit("a", 2)
      expect((yield* ProjectionStatus.of(consumer)).live).toMatchObject(
        Option.some({ position: 1, lag: 1, parked: [] })
      )
    })))

  it("provides the metadata of the event: events that its handler stores name the event as their cause", () =>
    run(Effect.gen(function*() {
      const seen: Array<unknown> = []
      const { consumer } = Mail.make({ before: () => Effect.map(Causation, (causation) => seen.push(causation)) })
      yield* append("a", stored(1), stored(2, { metadata: { correlationId: "c" } }))
      yield* catchUp(consumer)
      const [one, two] = yield* Account.history("a")
      expect(seen).toEqual([
        { causationId: one!.id, correlationId: one!.id },
        { causationId: two!.id, correlationId: "c" }
      ])
    })))

  it("is refused under the name of a projection", () =>
    run(Effect.gen(function*() {
      const { consumer } = Mail.make({ name: "balances" })
      yield* Projector.catchUp(balances)
      const refused = yield* Effect.flip(Consumer.run(consumer))
      expect(refused).toMatchObject({ _tag: "DefinitionMismatch" })
      expect(refused.message).toContain("it is stored as a projection with rows, and this code has a consumer")
      expect(refused.message).toContain("choose another name")
      const { consumer: other } = Mail.make({ name: "total" })
      yield* catchUp(other)
      expect(yield* Effect.flip(Projector.catchUp({ ...balances, name: "total" })))
        .toMatchObject({ _tag: "DefinitionMismatch" })
    })))

  it("cannot be rebuilt", () =>
    run(Effect.gen(function*() {
      const { consumer, sent } = Mail.make()
      yield* deposit("a", 1)
      yield* catchUp(consumer)
      expect(yield* Effect.flip(Stream.runDrain(Rebuild.rebuild(Consumer.target(consumer)))))
        .toMatchObject({ _tag: "InvalidInput", field: "projection" })
      expect(sent).toHaveLength(1)
    })))

  it("ends when its scope closes, after the current event, whose checkpoint is stored", () =>
    runAtZero(Effect.gen(function*() {
      const { amounts, consumer } = Mail.make({ before: () => Effect.sleep("5 seconds") })
      const scope = yield* Scope.make()
      yield* deposit("a", 1, 2, 3)
      yield* Scope.provide(Consumer.start(consumer), scope)
      yield* pass(1000)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* pass(1000)
      expect(closing.pollUnsafe()).toBeUndefined()
      yield* pass(5000)
      yield* Fiber.join(closing)
      expect(amounts()).toEqual([1])
      expect(yield* (yield* ReadModelStore).generations("mail")).toMatchObject([{ checkpoint: 1, status: "Live" }])
    })))

  it("keeps the order of a stream if several programs run it", () =>
    run(Effect.gen(function*() {
      const { amounts, consumer } = Mail.make({ before: () => Effect.sleep(1) })
      yield* Effect.forEach([1, 2, 3], () => Consumer.start(consumer, { batchSize: 2 }))
      yield* Effect.forEach([1, 2, 3, 4, 5, 6], (n) => deposit("a", n))
      yield* catchUp(consumer)
      expect(amounts()).toEqual([1, 2, 3, 4, 5, 6])
      expect(stream("a")).toBe("account-a")
    })))
})

describe("a consumer that handles events together", () => {
  const together = (fails: (amount: number) => boolean = () => false) => {
    const calls: Array<ReadonlyArray<number>> = []
    const causes: Array<unknown> = []
    const consumer = Consumer.makeUnsafe<Account.Event>({
      name: "bulk",
      events: Account.codec,
      startAt: "start",
      handleAll: (delivered) =>
        Effect.gen(function*() {
          calls.push(delivered.map(({ event }) => event.amount))
          causes.push(Object.keys(yield* Causation))
          if (delivered.some(({ event }) => fails(event.amount))) yield* Effect.fail("no")
        })
    })
    return { calls, causes, consumer }
  }

  it("gets the events of a batch in one call, in order, each with its key", () =>
    run(Effect.gen(function*() {
      const { calls, causes, consumer } = together()
      yield* deposit("a", 1, 2)
      yield* deposit("b", 3)
      yield* catchUp(consumer, { batchSize: 2 })
      expect(calls).toEqual([[1, 2], [3]])
      // One event is a cause; several events are not.
      expect(causes).toEqual([[], ["causationId", "correlationId"]])
    })))

  it("gets them one by one if the call fails, and parks the stream of the event that fails alone", () =>
    run(Effect.gen(function*() {
      const { calls, consumer } = together((amount) => amount === 13)
      yield* deposit("a", 1, 13, 2)
      yield* deposit("b", 3)
      yield* catchUp(consumer, { attempts: 2, backoff: "1 millis" })
      expect(calls).toEqual([[1, 13, 2, 3], [1], [13], [13, 2, 3], [13], [3]])
      expect(yield* Parked.list(consumer)).toMatchObject([{ version: 2, attempts: 2, reason: "no" }])
    })))
})
