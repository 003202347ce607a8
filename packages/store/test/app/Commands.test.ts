import * as Aggregate from "@refold/core/decide/Aggregate"
import type { CommandInvalid } from "@refold/core/decide/CommandInvalid"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type * as MemoryStore from "@refold/memory/MemoryStore"
import * as Commands from "@refold/store/app/Commands"
import * as Middleware from "@refold/store/app/Middleware"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import type * as Scope from "effect/Scope"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as Account from "../support/Account.ts"
import { deposit, history, withdraw } from "../support/Account.ts"

const Requested = EventType.make("Requested", Schema.Struct({ amount: Schema.Number }))
const Transfer = Aggregate.makeUnsafe({
  category: "transfer",
  events: EventCodec.makeUnsafe([Requested]),
  commands: Schema.Union([
    Schema.TaggedStruct("RequestTransfer", { amount: Schema.Int, to: Schema.Struct({ account: Schema.String }) }),
    Schema.TaggedStruct("CancelTransfer", {})
  ]),
  decider: Decider.make<TransferCommand, number, typeof Requested.Event, "TooMuch">({
    initialState: 0,
    decide: (command) => {
      if (command._tag === "CancelTransfer") return Result.succeed([])
      return command.amount > 100
        ? Result.fail("TooMuch")
        : Result.succeed([Requested.make({ amount: command.amount })])
    },
    evolve: (total, { amount }) => total + amount
  })
})
type TransferCommand =
  | { readonly _tag: "RequestTransfer"; readonly amount: number; readonly to: { readonly account: string } }
  | { readonly _tag: "CancelTransfer" }

const AccountWithSchema = Aggregate.makeUnsafe({
  category: "account",
  events: Account.codec,
  decider: Account.decider,
  commands: Schema.Union([
    Schema.TaggedStruct("Deposit", { amounts: Schema.Array(Schema.Int) }),
    Schema.TaggedStruct("Withdraw", { amount: Schema.Int })
  ])
})

const notBeyondLimit = (call: Middleware.Call) =>
  call.tag === "RequestTransfer" && "amount" in call.payload && Number(call.payload.amount) > 1000
    ? Effect.fail(new Middleware.Forbidden({ tag: call.tag, reason: "it is beyond the limit" }))
    : Effect.void

// #region commands
const handleAccount = CommandHandler.make(AccountWithSchema)
const handleTransfer = CommandHandler.make(Transfer)

const send = Commands.make(
  { Deposit: handleAccount, Withdraw: handleAccount, RequestTransfer: handleTransfer },
  [Middleware.correlation, Middleware.tracing, Middleware.logging, Middleware.authorize(notBeyondLimit)]
)
const parse = Commands.parser({ Deposit: AccountWithSchema, RequestTransfer: Transfer })

const receive = Effect.fnUntraced(function*(id: string, body: unknown, idempotencyKey: string) {
  const command = yield* Effect.fromResult(parse(body))
  return yield* send(id, command, { idempotencyKey })
})
// #endregion

type ReadCommand = Result.Result.Success<ReturnType<typeof parse>>
type Stores = EventStore | EventReader | SnapshotStore

// Log lines are discarded.
const run = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services | Scope.Scope>): Promise<A> =>
  Account.run(Effect.provide(effect, Logger.layer([])))

// A command from untyped code.
const cast = (command: unknown) => command as { readonly _tag: "Withdraw"; readonly amount: number }

describe("a record of command handlers", () => {
  it("sends each command to the handler of its tag", () =>
    run(Effect.gen(function*() {
      yield* send("a", { _tag: "Deposit", amounts: [5, 10] })
      const withdrawn = yield* send("a", { _tag: "Withdraw", amount: 3 })
      expect(withdrawn).toMatchObject({ stream: "account-a", state: { balance: 12 }, version: 3 })
      const requested = yield* send("a", { _tag: "RequestTransfer", amount: 7, to: { account: "b" } })
      expect(requested).toMatchObject({ stream: "transfer-a", state: 7, events: [{ _tag: "Requested", amount: 7 }] })
    })))

  it("fails with the error of the handler", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(send("a", withdraw(1)))).toEqual({ _tag: "Overdrawn", balance: 0 })
      const beyond = send("a", { _tag: "RequestTransfer", amount: 101, to: { account: "b" } })
      expect(yield* Effect.flip(beyond)).toBe("TooMuch")
    })))

  it("passes on the options: a repeated command gets its first answer", () =>
    run(Effect.gen(function*() {
      const first = yield* send("a", deposit(5), { idempotencyKey: "k" })
      expect(yield* send("a", deposit(5), { idempotencyKey: "k" })).toEqual({ ...first, deduplicated: true })
      expect(yield* history("a")).toHaveLength(1)
      expect(yield* Effect.flip(send("a", deposit(6), { idempotencyKey: "k" })))
        .toMatchObject({ _tag: "IdempotencyConflict" })
    })))

  it("accepts any function as a handler", () =>
    run(Effect.gen(function*() {
      const greet = (id: string, { to }: { readonly _tag: "Greet"; readonly to: string }) => Effect.succeed([id, to])
      expect(yield* Commands.make({ Greet: greet })("a", { _tag: "Greet", to: "b" })).toEqual(["a", "b"])
    })))

  it("calls a handler when the effect is run", () =>
    run(Effect.gen(function*() {
      let asked = 0
      const count = (_id: string, _command: { readonly _tag: "Count" }) => Effect.succeed(++asked)
      const counted = Commands.make({ Count: count })("a", { _tag: "Count" })
      expect(asked).toBe(0)
      expect([yield* counted, yield* counted]).toEqual([1, 2])
    })))

  it("ignores later changes of the record", () =>
    run(Effect.gen(function*() {
      const handlers = { Count: (_id: string, _command: { readonly _tag: "Count" }) => Effect.succeed(1) }
      const count = Commands.make(handlers)
      handlers.Count = () => Effect.succeed(2)
      expect(yield* count("a", { _tag: "Count" })).toBe(1)
    })))
})

describe("an unknown command", () => {
  const watched = () => {
    const ran: Array<string> = []
    const note = (what: string) => Effect.sync(() => void ran.push(what))
    const handle = (_id: string, _command: { readonly _tag: "Withdraw" } | { readonly _tag: "Deposit" }) =>
      note("handler")
    const around: Middleware.Middleware = (_call, next) => Effect.andThen(note("middleware"), next)
    return { ran, send: Commands.make({ Withdraw: handle }, [around]) }
  }

  it.each<[string, unknown, string | undefined]>([
    ["has an unknown tag", { _tag: "Close" }, "Close"],
    ["has a tag in other letters", { _tag: "withdraw" }, "withdraw"],
    ["is tagged with the name of every object's prototype", { _tag: "__proto__" }, "__proto__"],
    ["is tagged with what every object has", { _tag: "constructor" }, "constructor"],
    ["is tagged with a function that every object has", { _tag: "toString" }, "toString"],
    ["has undefined as its tag", { _tag: undefined }, undefined],
    ["is tagged with an array that converts to a tag", { _tag: ["Withdraw"] }, undefined],
    ["is tagged with an object that converts to a tag", { _tag: { toString: () => "Withdraw" } }, undefined],
    ["has its tag in a key named __proto__", JSON.parse("{\"__proto__\":{\"_tag\":\"Withdraw\"}}"), undefined],
    ["has no tag", {}, undefined],
    ["is null", null, undefined],
    ["is undefined", undefined, undefined],
    ["is a text", "Withdraw", undefined],
    ["is an array", ["Withdraw"], undefined]
  ])("that %s is a typed error, and nothing is run", (_, command, tag) =>
    run(Effect.gen(function*() {
      const { ran, send } = watched()
      const refused = yield* Effect.flip(send("a", cast(command)))
      expect(refused).toBeInstanceOf(Commands.UnknownCommand)
      expect(refused).toMatchObject({ tag, known: ["Withdraw"] })
      expect(ran).toEqual([])
    })))

  it("fails with the known tags in its message", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(send("a", cast({ _tag: "Cl\"ose" })))).toMatchObject({
        message: "unknown command: _tag \"Cl\\\"ose\", must be one of Deposit, Withdraw, RequestTransfer"
      })
      expect(yield* Effect.flip(send("a", cast(null)))).toMatchObject({
        message: "unknown command: _tag is missing, must be one of Deposit, Withdraw, RequestTransfer"
      })
    })))

  it("is not looked up on the prototype of the record", () =>
    run(Effect.gen(function*() {
      const { ran } = watched()
      const inherited: object = { Close: () => Effect.sync(() => void ran.push("handler")) }
      const handlers = Object.assign(Object.create(inherited) as object, { Withdraw: handleAccount })
      expect(yield* Effect.flip(Commands.make(handlers)("a", cast({ _tag: "Close" }))))
        .toMatchObject({ _tag: "UnknownCommand", tag: "Close", known: ["Withdraw"] })
      expect(ran).toEqual([])
    })))
})

describe("a command from a wire", () => {
  const wire = { _tag: "RequestTransfer", amount: 5, to: { account: "b" } }

  it("is parsed by the aggregate of its tag, and sent", () =>
    run(Effect.gen(function*() {
      expect(yield* receive("a", { _tag: "Deposit", amounts: [5] }, "1")).toMatchObject({ stream: "account-a" })
      expect(yield* receive("a", wire, "2")).toMatchObject({ stream: "transfer-a", state: 5 })
      expect(yield* receive("a", wire, "2")).toMatchObject({ state: 5, deduplicated: true })
    })))

  it("fails with all problems and their paths", () => {
    const parsed = parse({ _tag: "RequestTransfer", amount: "5", to: {}, extra: 1 })
    if (Result.isSuccess(parsed) || parsed.failure._tag !== "CommandInvalid") throw new Error("it is malformed")
    expect(parsed.failure.issues.map(({ path }) => path).toSorted()).toEqual(["amount", "extra", "to.account"])
  })

  it.each<[string, unknown, string | undefined]>([
    ["has an unknown tag", { _tag: "Close" }, "Close"],
    ["has a tag that the record does not list", { _tag: "CancelTransfer" }, "CancelTransfer"],
    ["is tagged with the name of every object's prototype", { _tag: "__proto__" }, "__proto__"],
    ["is tagged with an array", { _tag: ["Deposit"] }, undefined],
    ["is null", null, undefined],
    ["is not an object", 7, undefined]
  ])("that %s is unknown", (_, input, tag) => {
    expect(Result.getFailure(parse(input))).toMatchObject({
      value: { _tag: "UnknownCommand", tag, known: ["Deposit", "RequestTransfer"] }
    })
  })

  it("cannot be parsed without a command schema", () => {
    const silent = Commands.parser({ Deposit: Account.account })
    expect(Result.getFailure(silent({ _tag: "Deposit", amounts: [1] })))
      .toMatchObject({ value: { _tag: "InvalidInput", field: "commands" } })
  })

  it("that decodes to another command is malformed", () => {
    const OldWithdraw = Schema.TaggedStruct("Deposit", { amount: Schema.Int })
    const Withdraw = Schema.TaggedStruct("Withdraw", { amount: Schema.Int })
    const renamed = OldWithdraw.pipe(Schema.decodeTo(
      Withdraw,
      SchemaTransformation.transform({
        decode: ({ amount }) => Withdraw.make({ amount }),
        encode: ({ amount }) => OldWithdraw.make({ amount })
      })
    ))
    const commands = Schema.Union([Schema.TaggedStruct("Deposit", { amounts: Schema.Array(Schema.Int) }), renamed])
    const { codec, decider } = Account
    const parse = Commands.parser({
      Deposit: Aggregate.makeUnsafe({ category: "account", events: codec, decider, commands })
    })
    expect(Result.isSuccess(parse({ _tag: "Deposit", amounts: [1] }))).toBe(true)
    expect(Result.getFailure(parse({ _tag: "Deposit", amount: 1 })))
      .toMatchObject({
        value: {
          _tag: "CommandInvalid",
          issues: [{ path: "_tag", message: "must decode to the same _tag, not to \"Withdraw\"" }]
        }
      })
  })
})

describe("the types of a record of command handlers", () => {
  class Session extends Context.Service<Session, string>()("test/Session") {}
  type TooMany = { readonly _tag: "TooMany" }
  const limited: Middleware.Middleware<TooMany, Session> = (_call, next) => next
  const plain = Commands.make({ Deposit: handleAccount, RequestTransfer: handleTransfer })

  it("state for each tag what its handler returns, fails with and needs", () => {
    expectTypeOf(plain("a", { _tag: "Deposit", amounts: [1] })).toEqualTypeOf<
      Effect.Effect<
        CommandHandler.Handled<Account.State, Account.Event>,
        Account.Overdrawn | CommandHandler.HandleFailure | Commands.UnknownCommand,
        Stores
      >
    >()
    expectTypeOf(plain("a", { _tag: "RequestTransfer", amount: 1, to: { account: "b" } })).toEqualTypeOf<
      Effect.Effect<
        CommandHandler.Handled<number, typeof Requested.Event>,
        "TooMuch" | CommandHandler.HandleFailure | Commands.UnknownCommand,
        Stores
      >
    >()
  })

  it("state for a command of two tags what both handlers return", () => {
    const either = (command: ReadCommand) => plain("a", command)
    expectTypeOf<Effect.Success<ReturnType<typeof either>>>().toEqualTypeOf<
      | CommandHandler.Handled<Account.State, Account.Event>
      | CommandHandler.Handled<number, typeof Requested.Event>
    >()
  })

  it("state what the middleware adds", () => {
    const guarded = Commands.make({ CancelTransfer: handleTransfer }, [
      Middleware.correlation,
      limited,
      Middleware.authorize(notBeyondLimit)
    ])
    const cancelled = guarded("a", { _tag: "CancelTransfer" })
    expectTypeOf<Effect.Error<typeof cancelled>>().toEqualTypeOf<
      "TooMuch" | CommandHandler.HandleFailure | Commands.UnknownCommand | TooMany | Middleware.Forbidden
    >()
    expectTypeOf<Effect.Services<typeof cancelled>>().toEqualTypeOf<Stores | Session>()
  })

  it("let the function handle commands of a process", () => {
    expectTypeOf(ProcessHandler.withHandler(AccountWithSchema, send)).toEqualTypeOf<
      ProcessHandler.ProcessHandler<Stores>
    >()
  })

  it("do not accept an unknown tag or the payload of another tag", () => {
    expectTypeOf(() => [
      // @ts-expect-error it is not in the record
      send("a", { _tag: "CancelTransfer" }),
      // @ts-expect-error it has no tag
      send("a", { amount: 1 }),
      // @ts-expect-error a withdrawal has one amount
      send("a", { _tag: "Withdraw", amounts: [1] }),
      // @ts-expect-error the amount is no number
      send("a", { _tag: "Withdraw", amount: "1" }),
      // @ts-expect-error a withdrawal has an amount and nothing else
      send("a", { _tag: "Withdraw", amount: 1, note: "" })
    ]).toBeFunction()
  })

  it("do not accept a record with a tag that its handler or aggregate does not accept", () => {
    expectTypeOf(() => [
      // @ts-expect-error an account cannot be closed
      Commands.make({ Deposit: handleAccount, Close: handleAccount }),
      // @ts-expect-error that one handles transfers
      Commands.make({ Deposit: handleTransfer }),
      // @ts-expect-error that is no handler
      Commands.make({ Deposit: deposit }),
      // @ts-expect-error an account cannot be closed
      Commands.parser({ Close: AccountWithSchema })
    ]).toBeFunction()
  })

  it("state that parsed commands have one of these tags, or the errors", () => {
    expectTypeOf<ReadCommand["_tag"]>().toEqualTypeOf<"Deposit" | "RequestTransfer">()
    expectTypeOf<Result.Result.Failure<ReturnType<typeof parse>>>().toEqualTypeOf<
      Commands.UnknownCommand | CommandInvalid | InvalidInput
    >()
  })
})
