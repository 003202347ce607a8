// Code that compiles with promises, and code that does not. `tsc` checks it; it does not run.
import * as Consumer from "@refold/store/consume/Consumer"
import type * as CommandHandler from "@refold/store/decide/CommandHandler"
import type { LoadedState } from "@refold/store/decide/LoadedState"
import type { Refused } from "@refold/store/internal/decide/Refused"
import type { Attempt } from "@refold/store/internal/promise/Calls"
import type { CommandFailure, Handler } from "@refold/store/internal/promise/PromiseHandler"
import type { Rows } from "@refold/store/internal/promise/PromiseRows"
import type { Store } from "@refold/store/internal/promise/PromiseStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { expect, expectTypeOf, it } from "vitest"
import * as Account from "../support/Account.ts"
import { balances } from "../support/Balances.ts"

class Mailer extends Context.Service<Mailer, { readonly send: Effect.Effect<void> }>()("Mailer") {}

const mails = Consumer.makeUnsafe({
  name: "mails",
  events: Account.codec,
  startAt: "now",
  handle: () => Effect.flatMap(Mailer, ({ send }) => send)
})

const inferred = async (store: Store, withMailer: Store<Mailer>) => {
  const handle = store.handler(Account.account)
  expectTypeOf(handle).toEqualTypeOf<Handler<Account.Command, Account.State, Account.Event, Account.Overdrawn>>()
  expectTypeOf(await handle("a", Account.deposit(1)))
    .toEqualTypeOf<CommandHandler.Handled<Account.State, Account.Event>>()

  const attempt = await handle.try("a", Account.withdraw(1))
  expectTypeOf(attempt).toEqualTypeOf<
    Attempt<CommandHandler.Handled<Account.State, Account.Event>, CommandFailure<Account.Overdrawn>>
  >()
  if (!attempt.ok && attempt.error._tag === "Refused") {
    expectTypeOf(attempt.error).toEqualTypeOf<Refused<Account.Overdrawn>>()
    expectTypeOf(attempt.error.refusal.balance).toEqualTypeOf<number>()
  }
  // @ts-expect-error -- the value is there only if it is ok
  expect(attempt.value).toBeDefined()
  // @ts-expect-error -- a tag that no error has
  if (!attempt.ok && attempt.error._tag === "Refusd") expect.fail()
  // @ts-expect-error -- not a command of the account
  await handle("a", { _tag: "Deposit", amount: 1 })
  // @ts-expect-error -- a signal, not a controller
  await handle("a", Account.deposit(1), { signal: new AbortController() })

  expectTypeOf(await store.load(Account.account, "a")).toEqualTypeOf<LoadedState<Account.State>>()
  const rows = store.rows(balances)
  expectTypeOf(rows).toEqualTypeOf<Rows<{ readonly balance: number; readonly events: number }, "byBalance">>()
  // @ts-expect-error -- no such index
  await rows.query({ index: "byName" })
  expectTypeOf((await rows.get("a"))?.state.balance).toEqualTypeOf<number | undefined>()

  for await (const event of store.subscribe()) expectTypeOf(event.position).not.toBeAny()
  // @ts-expect-error -- the store has no mailer
  await store.consume(mails)
  // @ts-expect-error -- the store has no mailer
  await store.effect(Effect.flatMap(Mailer, ({ send }) => send))
  await withMailer.consume(mails)
  // A store with more services is a store.
  return withMailer satisfies Store
}

it("the types of a store with promises are those of its definitions", () => {
  expectTypeOf(inferred).returns.resolves.toEqualTypeOf<Store<Mailer>>()
  expect(inferred).toBeTypeOf("function")
})
