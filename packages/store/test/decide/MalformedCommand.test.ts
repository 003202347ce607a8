import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { codec, decider, type Event, history, run, withStore } from "../support/Account.ts"

const Order = Schema.TaggedStruct("Order", {
  amount: Schema.Int.check(Schema.isGreaterThan(0)),
  due: Schema.DateTimeUtc,
  to: Schema.Struct({ name: Schema.String, tags: Schema.Array(Schema.String) })
})
type Order = typeof Order.Type

const deposited = (amount: number): Event => ({ _tag: "Deposited", amount })

const orders = Aggregate.makeUnsafe({
  category: "account",
  events: codec,
  commands: Order,
  decider: Decider.make<Order, { readonly balance: number }, Event, never>({
    ...decider,
    decide: ({ amount }) => Result.succeed([deposited(amount)])
  })
})

const due = DateTime.makeUnsafe(0)
const order: Order = { _tag: "Order", amount: 5, due, to: { name: "Ann", tags: [] } }
const wire = { _tag: "Order", amount: 5, due: "1970-01-01T00:00:00.000Z", to: { name: "Ann", tags: [] } }
const parse = (input: unknown) => Aggregate.parseCommand(orders, input)

const issues = (input: unknown) => {
  const parsed = parse(input)
  return Result.isFailure(parsed) && parsed.failure._tag === "CommandInvalid"
    ? Object.fromEntries(parsed.failure.issues.map(({ message, path }) => [path, message]))
    : parsed
}

describe("a command from a wire", () => {
  it("is decoded from its JSON form", () => {
    expect(parse(wire)).toEqual(Result.succeed(order))
  })

  it("fails with all problems and their paths", () => {
    expect(issues({ _tag: "Order", amount: "5", to: { name: 7, tags: ["a", 8], also: 1 }, extra: null })).toEqual({
      amount: expect.stringContaining("Expected number"),
      due: "Missing key",
      "to.name": "Expected string",
      "to.tags[1]": "Expected string",
      "to.also": "Expected no excess property",
      extra: "Expected no excess property"
    })
  })

  it.each<[string, unknown, string]>([
    ["is not an object", "Order", ""],
    ["is undefined", undefined, ""],
    ["has an unknown tag", { ...wire, _tag: "Nope" }, "_tag"],
    ["has NaN as a number", { ...wire, amount: NaN }, "amount"],
    ["has a number out of range", { ...wire, amount: 1e308 }, "amount"],
    ["has text that is not Unicode", { ...wire, to: { name: "\ud800", tags: [] } }, "to.name"],
    ["has text with the character 0", { ...wire, to: { name: "a", tags: ["\u0000"] } }, "to.tags[0]"],
    ["has the key __proto__", JSON.parse("{\"_tag\":\"Order\",\"__proto__\":{}}"), "__proto__"]
  ])("that %s fails with the path", (_, input, path) => {
    expect(issues(input)).toHaveProperty([path])
  })

  it("cannot be parsed without a command schema", () => {
    const silent = Aggregate.makeUnsafe({ category: "account", events: codec, decider })
    const parsed = Aggregate.parseCommand(silent, wire)
    expect(Result.isFailure(parsed) && parsed.failure).toMatchObject({ _tag: "InvalidInput", field: "commands" })
  })
})

describe("a handler of commands with a schema", () => {
  const handle = CommandHandler.make(orders)
  const untouchable = withStore(() => ({
    findAppended: () => Effect.die("asked"),
    readStream: () => {
      throw new Error("asked")
    },
    commit: () => Effect.die("asked")
  }))

  it("refuses a malformed one before it uses the store", () =>
    run(Effect.gen(function*() {
      const malformed = { ...order, amount: -1 }
      for (const idempotencyKey of [undefined, "key"]) {
        const refused = yield* Effect.flip(untouchable(handle("a", malformed, { idempotencyKey })))
        expect(refused).toMatchObject({ _tag: "CommandInvalid", issues: [{ path: "amount" }] })
      }
    })))

  it("accepts dates in a command with an idempotency key, and recognises a repeated command", () =>
    run(Effect.gen(function*() {
      yield* handle("a", order, { idempotencyKey: "key" })
      expect(yield* handle("a", { ...order }, { idempotencyKey: "key" })).toMatchObject({
        deduplicated: true,
        version: 1
      })
      const later = { ...order, due: DateTime.makeUnsafe(1) }
      const refused = yield* Effect.flip(handle("a", later, { idempotencyKey: "key" }))
      expect(refused._tag).toBe("IdempotencyConflict")
    })))
})

describe("a decider that breaks its contract", () => {
  const handling = (faulty: Partial<typeof decider>) =>
    CommandHandler.make(
      Aggregate.makeUnsafe({ category: "account", events: codec, decider: { ...decider, ...faulty } })
    )
  const deposit = { _tag: "Deposit", amounts: [1] } as const
  // Values that untyped code can return.
  const wrong = (value: unknown): typeof decider["decide"] => () => value as ReturnType<typeof decider["decide"]>

  const misreturned =
    "decide failed on stream \"account-a\": it must return, synchronously, { events } or { refused }, or a Result. This is a bug of the decider: repair its decide"

  it.each<[string, Partial<typeof decider>, object]>([
    ["throws in decide", {
      decide: () => {
        throw new Error("oh")
      }
    }, {
      stage: "decide",
      message: "decide failed on stream \"account-a\": oh. This is a bug of the decider: repair its decide"
    }],
    ["returns undefined", { decide: wrong(undefined) }, { stage: "decide", message: misreturned }],
    ["returns undefined to make", Decider.make({ ...decider, decide: wrong(undefined) }), { message: misreturned }],
    ["is async", { decide: wrong(Promise.resolve({ events: [] })) }, { stage: "decide", message: misreturned }],
    ["returns something other than an array", { decide: wrong(Result.succeed("events")) }, { stage: "decide" }],
    ["throws in evolve for a decided event", {
      evolve: () => {
        throw new Error("ah")
      }
    }, {
      stage: "evolve",
      message: "evolve failed on stream \"account-a\": ah. This is a bug of the decider: repair its evolve"
    }]
  ])("and %s fails with a DeciderFault, and nothing is stored", (_, faulty, error) =>
    run(Effect.gen(function*() {
      const failed = yield* Effect.flip(handling(faulty)("a", deposit))
      expect(failed).toMatchObject({ _tag: "DeciderFault", stream: "account-a", ...error })
      expect(yield* history("a")).toEqual([])
    })))

  it("and returns a promise that is rejected leaves no unhandled rejection", () =>
    run(Effect.gen(function*() {
      const unhandled: Array<unknown> = []
      const listen = (error: unknown) => void unhandled.push(error)
      process.on("unhandledRejection", listen)
      const failed = yield* Effect.flip(
        handling(Decider.make({ ...decider, decide: () => Promise.reject(new Error("oh")) as never }))("a", deposit)
      )
      // A rejection counts as unhandled after the microtasks of its turn.
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      process.off("unhandledRejection", listen)
      expect(failed).toMatchObject({ _tag: "DeciderFault", message: misreturned })
      expect(unhandled).toEqual([])
    })))

  it("and throws for a stored event fails the load", () =>
    run(Effect.gen(function*() {
      yield* CommandHandler.make(orders)("a", order)
      const evolve = (): never => {
        throw new Error("ah")
      }
      const faulty = Aggregate.makeUnsafe({ category: "account", events: codec, decider: { ...decider, evolve } })
      expect(yield* Effect.flip(State.load(faulty, "a"))).toMatchObject({ _tag: "DeciderFault", stage: "evolve" })
    })))
})
