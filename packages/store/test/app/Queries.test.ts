import * as Middleware from "@refold/store/app/Middleware"
import * as Queries from "@refold/store/app/Queries"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import type { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as Account from "../support/Account.ts"
import { run } from "../support/Account.ts"
import { balances, deposit } from "../support/Balances.ts"

// #region queries
const ask = Queries.make({
  Balance: ({ account }: { readonly _tag: "Balance"; readonly account: string }) =>
    Effect.map(ReadModel.get(balances, `account-${account}`), Option.map(({ state }) => state.balance)),
  Richest: ({ limit }: { readonly _tag: "Richest"; readonly limit: number }) =>
    ReadModel.query(balances, { index: "byBalance", descending: true, limit })
}, [Middleware.correlation, Middleware.tracing, Middleware.logging])
// #endregion

// A query from untyped code.
const cast = (query: unknown) => query as { readonly _tag: "Balance"; readonly account: string }

describe("a record of query handlers", () => {
  it("runs the handler of the query's tag", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 5)
      yield* deposit("b", 7)
      yield* Projector.catchUp(balances)
      expect(yield* ask({ _tag: "Balance", account: "a" })).toEqual(Option.some(5))
      expect(yield* ask({ _tag: "Balance", account: "c" })).toEqual(Option.none())
      expect((yield* ask({ _tag: "Richest", limit: 1 })).rows).toMatchObject([{ key: "account-b" }])
    })))

  it("fails with the error of the handler", () =>
    run(Effect.gen(function*() {
      const failed = Effect.provide(Effect.flip(ask({ _tag: "Balance", account: "a" })), Logger.layer([]))
      expect(yield* failed).toMatchObject({ _tag: "UnknownProjection" })
    })))

  it("runs middleware around the query, the first outermost, with the query", () =>
    run(Effect.gen(function*() {
      const calls: Array<unknown> = []
      const note = (name: string): Middleware.Middleware => (call, next) =>
        Effect.suspend(() => {
          calls.push([name, call])
          return next
        })
      const echo = Queries.make({
        Echo: ({ text }: { readonly _tag: "Echo"; readonly text: string }) => Effect.sync(() => void calls.push(text))
      }, [note("outer"), note("inner")])
      yield* echo({ _tag: "Echo", text: "hello" })
      const call = { kind: "Query", tag: "Echo", payload: { _tag: "Echo", text: "hello" } }
      expect(calls).toEqual([["outer", call], ["inner", call], "hello"])
    })))
})

describe("an unknown query", () => {
  it.each<[string, unknown, string | undefined]>([
    ["has an unknown tag", { _tag: "Poorest" }, "Poorest"],
    ["is tagged with the name of every object's prototype", { _tag: "__proto__" }, "__proto__"],
    ["is tagged with what every object has", { _tag: "constructor" }, "constructor"],
    ["is tagged with an array that converts to a tag", { _tag: ["Balance"] }, undefined],
    ["has no tag", {}, undefined],
    ["is null", null, undefined],
    ["is undefined", undefined, undefined],
    ["is a text", "Balance", undefined]
  ])("that %s is a typed error, and nothing is run", (_, query, tag) =>
    run(Effect.gen(function*() {
      let ran = 0
      const noting: Middleware.Middleware = (_call, next) => Effect.suspend(() => (ran++, next))
      const counted = Queries.make({ Balance: (_query: { readonly _tag: "Balance" }) => Effect.sync(() => ran++) }, [
        noting
      ])
      const refused = yield* Effect.flip(counted(cast(query)))
      expect(refused).toBeInstanceOf(Queries.UnknownQuery)
      expect(refused).toMatchObject({ tag, known: ["Balance"] })
      expect(ran).toBe(0)
    })))

  it("fails with the known tags in its message", () =>
    run(Effect.gen(function*() {
      expect((yield* Effect.flip(ask(cast({ _tag: "Poorest" })))).message)
        .toBe("unknown query: _tag \"Poorest\", must be one of Balance, Richest")
    })))
})

describe("the types of a record of query handlers", () => {
  type Tagged = { readonly _tag: "Load" }

  it("state for each tag what its handler returns, fails with and needs", () => {
    expectTypeOf(ask({ _tag: "Balance", account: "a" })).toEqualTypeOf<
      Effect.Effect<
        Option.Option<number>,
        ReadModel.ReadRowsFailure | Queries.UnknownQuery,
        ReadModelStore | EventReader
      >
    >()
    const richest = ask({ _tag: "Richest", limit: 1 })
    expectTypeOf<Effect.Success<typeof richest>["rows"][number]["state"]["events"]>().toEqualTypeOf<number>()
  })

  it("do not accept an unknown query", () => {
    expectTypeOf(() => [
      // @ts-expect-error it is not in the record
      ask({ _tag: "Poorest" }),
      // @ts-expect-error the account is missing
      ask({ _tag: "Balance" }),
      // @ts-expect-error it has an account and no other field
      ask({ _tag: "Balance", account: "a", limit: 1 }),
      // @ts-expect-error its handler answers another tag
      Queries.make({ Save: (_query: Tagged) => Effect.void })
    ]).toBeFunction()
  })

  it("do not accept a handler that can append", () => {
    const handle = CommandHandler.make(Account.account)
    const append = (_query: Tagged) => Account.append("a", Account.stored(1))
    const load = (_query: Tagged) => State.load(Account.account, "a")
    const decide = (_query: Tagged) => handle("a", Account.deposit(1))
    expectTypeOf<Extract<Effect.Services<ReturnType<typeof append>>, EventStore>>().toEqualTypeOf<EventStore>()
    expectTypeOf<Extract<Effect.Services<ReturnType<typeof load>>, SnapshotStore>>().toEqualTypeOf<SnapshotStore>()
    expectTypeOf(() => [
      // @ts-expect-error it may append
      Queries.make({ Load: append }),
      // @ts-expect-error it reads snapshots, which belong to the command side
      Queries.make({ Load: load }),
      // @ts-expect-error it handles a command
      Queries.make({ Load: decide }),
      // @ts-expect-error that is a command handler
      Queries.make({ Deposit: handle })
    ]).toBeFunction()
  })

  it("do not accept middleware that can append", () => {
    const auditing: Middleware.Middleware<never, EventStore> = (_call, next) => next
    const reading: Middleware.Middleware<never, EventReader> = (_call, next) => next
    const handlers = { Load: (_query: Tagged) => Effect.void }
    // @ts-expect-error it may append
    expectTypeOf(() => Queries.make(handlers, [Middleware.tracing, auditing])).toBeFunction()
    expectTypeOf(() => Queries.make(handlers, [Middleware.tracing, reading])).toBeFunction()
  })
})
