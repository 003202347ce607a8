// Stored events that are read as several domain events or none, in the instances of a process.
import * as Process from "@refold/core/process/Process"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { append, codec, type Event, order, placed, viewed } from "../support/Orders.ts"
import { coinsOf, jars, run } from "../support/Transferring.ts"

// One instance for each article. It puts a coin into the jar of the article for each order.
const definition: Process.Definition<Event, ReadonlyArray<string>> = {
  name: "bonus",
  events: codec,
  categories: [order.category],
  targets: [Sample.aggregate],
  correlate: (event) => event._tag === "Added" ? Option.some(event.sku) : Option.none(),
  initialState: [],
  evolve: (inputs, input, { envelope }) => [
    ...inputs,
    envelope === undefined ? input._tag : `${envelope.stream}@${envelope.version}`
  ],
  react: (inputs, input, { instance }) =>
    input._tag === "Added"
      ? [Process.send(Sample.aggregate, instance, { _tag: "Add", coins: 1, notes: [`${inputs.length}`] })]
      : []
}
const bonus = Process.makeUnsafe(definition)

const catchUp = ProcessRunner.catchUp(bonus, { handlers: [jars], commandAttempts: 1 })
const stateOf = (instance: string) =>
  Effect.map(ProcessInstances.get(bonus, instance), ({ state }) => Result.getOrThrow(state.state))

describe("a process that observes events of former types", () => {
  it("passes each domain event to its instance, once", () =>
    run(Effect.gen(function*() {
      yield* append("1", viewed(), placed("a", "b", "a"), viewed(), placed("b"))
      yield* catchUp
      yield* catchUp
      expect(yield* Effect.forEach(["a", "b", "c"], coinsOf)).toEqual([2, 2, 0])
      expect(yield* stateOf("a")).toEqual([
        "order-1@2",
        "order-1@2",
        "CommandSucceeded",
        "CommandSucceeded"
      ])
      expect((yield* stateOf("b")).slice(0, 2)).toEqual(["order-1@2", "order-1@4"])
    })))

  it("records the stored event in each instance, with the indexes of its domain events", () =>
    run(Effect.gen(function*() {
      yield* append("1", placed("a", "b", "a"))
      yield* catchUp
      const parts = yield* Effect.forEach(
        ["a", "b"],
        (instance) => Effect.map(ProcessInstances.history(bonus, instance), ([first]) => first!.event)
      )
      expect(parts).toMatchObject([
        { trigger: { type: "Placed", parts: [1, 3] }, decided: [{ _tag: "Send" }, { _tag: "Send" }] },
        { trigger: { type: "Placed", parts: [2] }, decided: [{ _tag: "Send" }] }
      ])
    })))

  it("parks the stream if one of them cannot be matched, and no instance observes any", () =>
    run(Effect.gen(function*() {
      const broken = Process.makeUnsafe({
        ...definition,
        correlate: (event, envelope) => {
          if (event._tag === "Added" && event.sku === "bad") throw new Error("no")
          return definition.correlate(event, envelope)
        }
      })
      yield* append("1", placed("a", "bad"), placed("b"))
      yield* append("2", placed("b"))
      yield* ProcessRunner.catchUp(broken, { handlers: [jars], commandAttempts: 1 })
      expect(yield* Effect.forEach(["a", "b"], coinsOf)).toEqual([0, 1])
    })))
})
