/** The core of the story with promises: for each chapter its line, which must equal that of the chapter with effects. */
import * as Result from "effect/Result"
import * as AsOf from "refold/AsOf"
import * as ExpectedVersion from "refold/ExpectedVersion"
import * as ProcessHandler from "refold/ProcessHandler"
import * as ProcessRunner from "refold/ProcessRunner"
import { Refused, type Store } from "refold/promise"
import type { StreamName } from "refold/StreamName"
import * as Together from "refold/Together"
import * as View from "refold/View"
import * as Account from "../../src/Account.ts"
import { crowns, format } from "../../src/Amount.ts"
import * as SagaHistory from "../../src/story/support/SagaHistory.ts"
import * as Transfer from "../../src/Transfer.ts"
import * as TransferMoney from "../../src/TransferMoney.ts"

/** The bank, with promises. */
const bankOf = (store: Store) => {
  const account = store.handler(Account.aggregate)
  const transfer = store.handler(Transfer.aggregate)
  const handlers = [
    ProcessHandler.withHandler(Account.aggregate, account),
    ProcessHandler.withHandler(Transfer.aggregate, transfer)
  ]
  return {
    store,
    account,
    transfer,
    moveMoney: () => store.effect(ProcessRunner.catchUp(TransferMoney.saga, { handlers })),
    load: async (id: string) => (await store.load(Account.aggregate, id)).state,
    eventsOf: (stream: StreamName) => collect(store.readStream(stream)),
    open: async (id: string, amount: Account.Open["overdraftLimit"], currency: "CZK" | "EUR" = "EUR") => {
      await account(id, { _tag: "OpenAccount", branch: "Jihlava", statements: "Monthly", currency })
      return account(id, { _tag: "Deposit", amount, channel: "Cash" })
    }
  }
}

const collect = async <A>(events: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const all: Array<A> = []
  for await (const event of events) all.push(event)
  return all
}

type Bank = ReturnType<typeof bankOf>

/** Runs the chapters and gives the line of each, by its name. */
export const lines = async (store: Store): Promise<Readonly<Record<string, string>>> => {
  const bank = bankOf(store)
  return {
    "first-events": await firstEvents(bank),
    "refused-overdraft": await refusedOverdraft(bank),
    "version-conflict": await versionConflict(bank),
    "idempotency-key": await idempotencyKey(bank),
    replay: await replay(bank),
    "time-travel": await timeTravel(bank),
    saga: await saga(bank),
    compensation: await compensation(bank),
    "multi-stream-commit": await multiStreamCommit(bank)
  }
}

const firstEvents = async ({ account, eventsOf }: Bank) => {
  await account("ada", { _tag: "OpenAccount", branch: "Prague", statements: "Monthly", currency: "CZK" })
  await account("ada", { _tag: "Deposit", amount: crowns(1_000), channel: "Cash" })
  const { state, stream } = await account("ada", { _tag: "Withdraw", amount: crowns(250), channel: "Card" })
  const { length } = await eventsOf(stream)
  return `${length} commands store ${length} events; their fold is the balance, ${format(Account.balanceOf(state))}`
}

const refusedOverdraft = async ({ account }: Bank) => {
  const withdraw = { _tag: "Withdraw", amount: crowns(1_000), channel: "Transfer" } as const
  const refusal = await account("ada", withdraw).then(
    () => "no refusal",
    // `instanceof` gives a refusal of unknown type; `try` gives it with its type.
    (error) => (error instanceof Refused ? error.refusal._tag : "another error")
  )
  await account("ada", { _tag: "SetOverdraftLimit", limit: crowns(300) })
  const attempt = await account.try("ada", withdraw)
  const balance = attempt.ok ? format(Account.balanceOf(attempt.value.state)) : attempt.error.message
  return `${refusal}; with an overdraft limit accepted, balance ${balance}`
}

const versionConflict = async ({ account, load, open }: Bank) => {
  const { version } = await open("bob", crowns(500), "CZK")
  const expected = ExpectedVersion.Exact(version)
  const withdraw = (amount: number, options = {}) =>
    account.try("bob", { _tag: "Withdraw", amount: crowns(amount), channel: "Card" }, options)
  const outcomes = [await withdraw(300, { expected }), await withdraw(100, { expected }), await withdraw(100)]
  const conflicts = outcomes.filter((one) => !one.ok && one.error._tag === "VersionConflict").length
  const before = Account.balanceOf(await load("bob"))
  const deposit = { _tag: "Deposit", amount: crowns(1), channel: "Transfer" } as const
  await Promise.all(Array.from({ length: 8 }, () => account("bob", deposit)))
  const after = format(Account.balanceOf(await load("bob")))
  return `${conflicts} conflict, 1 retry; 8 concurrent deposits of 1.00 change ${format(before)} to ${after}`
}

const idempotencyKey = async ({ account, store }: Bank) => {
  const withdraw = { _tag: "Withdraw", amount: crowns(25), channel: "Transfer" } as const
  const [first, second] = [
    await account("bob", withdraw, { idempotencyKey: "k" }),
    await account("bob", withdraw, { idempotencyKey: "k" })
  ]
  const now = await store.load(Account.aggregate, "bob")
  return second.deduplicated
    ? `2 copies of one command: both get version ${first.version}, and it is still ${now.version}`
    : "the second copy was decided"
}

const replay = async ({ eventsOf, store }: Bank) => {
  const { state, stream } = await store.load(Account.aggregate, "ada")
  const rows = await eventsOf(stream)
  const events = rows.flatMap((row) => Result.getOrThrow(Account.codec.decode(row)))
  const folded = View.fold(Account.decider, events)
  const same = JSON.stringify(folded) === JSON.stringify(state) ? "" : " (not what is loaded)"
  return `${rows.length} events fold to a balance of ${format(Account.balanceOf(folded))}${same}`
}

const march = (day: number) => new Date(Date.UTC(2026, 2, day))

const timeTravel = async ({ account, store }: Bank) => {
  const on = (day: number, command: Account.Command) => account("cleo", command, { occurredAt: march(day) })
  await on(1, { _tag: "OpenAccount", branch: "Olomouc", statements: "Monthly", currency: "CZK" })
  await on(1, { _tag: "Deposit", amount: crowns(1_000), channel: "Cash" })
  const { recordedAt } = await on(10, { _tag: "Withdraw", amount: crowns(300), channel: "Card" })
  // Times are whole milliseconds: without a pause the next event may have the same one.
  await new Promise((resolve) => setTimeout(resolve, 5))
  const now = await on(5, { _tag: "Deposit", amount: crowns(50), channel: "Transfer" })
  const balanceAt = async (asOf: AsOf.AsOf) =>
    format(Account.balanceOf((await store.load(Account.aggregate, "cleo", { asOf })).state))
  return `one account, three balances: ${await balanceAt(AsOf.recordedAt(recordedAt))} as recorded, ` +
    `${await balanceAt(AsOf.occurredAt(march(6)))} as occurred, ${format(Account.balanceOf(now.state))} now`
}

const saga = async ({ moveMoney, open, store, transfer }: Bank) => {
  await open("fred", crowns(1_000))
  await open("gina", crowns(500))
  const amount = crowns(300)
  const metadata = { correlationId: "the request" }
  const move = { _tag: "RequestTransfer", from: "fred", to: "gina", amount, currency: "EUR", purpose: "rent" } as const
  await transfer("rent", move, { metadata })
  await moveMoney()
  const history = await store.effect(SagaHistory.of("rent"))
  const own = (await collect(store.readAll())).filter((event) => event.metadata.correlationId === "the request")
  const { size } = new Set(own.map(({ stream }) => stream))
  return `${format(amount)} moved in ${history.length} reactions; one correlation id in ${size} streams`
}

const compensation = async ({ account, load, moveMoney, store, transfer }: Bank) => {
  const amount = crowns(200)
  await account("gina", { _tag: "FreezeAccount", reason: "a lost card" })
  const before = Account.balanceOf(await load("fred"))
  const move = { _tag: "RequestTransfer", from: "fred", to: "gina", amount, currency: "EUR", purpose: "gift" } as const
  await transfer("gift", move)
  await moveMoney()
  const lost = before - Account.balanceOf(await load("fred"))
  await account("gina", { _tag: "UnfreezeAccount" })
  const { state } = await store.load(Transfer.aggregate, "gift")
  const { length } = await store.effect(SagaHistory.of("gift"))
  return `${state._tag} after ${length} reactions; ${format(lost)} of ${format(amount)} lost`
}

const multiStreamCommit = async ({ load, store }: Bank) => {
  const amount = crowns(100)
  const both = { amount, currency: "EUR", channel: "Transfer", purpose: "tickets" } as const
  const move = (from: string, to: string) =>
    store.together([
      Together.part(Account.aggregate, from, { ...both, _tag: "Withdraw", counterparty: to }),
      Together.part(Account.aggregate, to, { ...both, _tag: "Deposit", counterparty: from })
    ])
  const committed = await move("fred", "gina")
  const before = await load("fred")
  const isRefused = await move("fred", "unopened").then(() => false, (error) => error._tag === "PartRefused")
  const isUnchanged = Account.balanceOf(before) === Account.balanceOf(await load("fred"))
  return isRefused && isUnchanged
    ? `${format(amount)} moved between ${committed?.streams.length} streams in one commit`
    : "a refused part moved money"
}
