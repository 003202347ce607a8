// Effects of the handler in SQL besides its answer: snapshots, transfers between accounts, and the caller's
// transaction.
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import type * as EventReader from "refold/EventReader"
import type * as EventStore from "refold/EventStore"
import * as Snapshots from "refold/Snapshots"
import type * as SnapshotStore from "refold/SnapshotStore"
import * as StreamName from "refold/StreamName"
import { afterAll, describe, expect, it } from "vitest"
import { freshDatabase } from "../../../../packages/postgres/test/support/freshDatabase.ts"
import * as Account from "../../src/Account.ts"
import * as Accounts from "../../src/Accounts.ts"
import { Amount } from "../../src/Amount.ts"
import * as AccountTwin from "./AccountTwin.ts"
import * as HandlerTwin from "./HandlerTwin.ts"

const server = Layer.unwrap(Effect.map(freshDatabase(), (url) => PostgresStore.layer({ url: Redacted.make(url) })))
const runtime = ManagedRuntime.make(AccountTwin.on(server))
afterAll(() => runtime.dispose())

type Services =
  | SqlClient.SqlClient
  | EventStore.EventStore
  | EventReader.EventReader
  | SnapshotStore.SnapshotStore

const onServer = <A, E>(test: Effect.Effect<A, E, Services>) => () => runtime.runPromise(test)
const sql = (text: string, parameters: ReadonlyArray<unknown> = []) =>
  Effect.flatMap(SqlClient.SqlClient, (client) => client.unsafe<Record<string, unknown>>(text, [...parameters]))

const inSql = HandlerTwin.inSql("ledger")
const deposit = (amount: number): Account.Command => ({
  _tag: "Deposit",
  amount: Amount.make(amount),
  channel: "Cash"
})

const open = (...accounts: ReadonlyArray<string>) =>
  Effect.forEach(accounts, (account) => sql("CALL ledger.open($1, 'Prague', 'CZK')", [account]))

const balanceOf = (account: string) => Effect.map(Accounts.load(account), ({ state }) => Account.balanceOf(state))

describe("snapshots", () => {
  const snapshotOf = (account: string) =>
    Snapshots.find(Account.aggregate.snapshots, Result.getOrThrow(StreamName.make("account", account)))

  it(
    "are saved by SQL at the same versions as by TypeScript, and TypeScript uses them",
    onServer(Effect.gen(function*() {
      yield* open("busy")
      for (let count = 2; count < 100; count++) yield* inSql.ask({ account: "busy", command: deposit(1) })
      expect(yield* snapshotOf("busy")).toEqual(Option.none())
      yield* inSql.ask({ account: "busy", command: deposit(1) })
      yield* inSql.ask({ account: "busy", command: deposit(1) })
      const snapshot = Option.getOrThrow(yield* snapshotOf("busy"))
      expect(snapshot).toEqual({
        ...yield* Accounts.load("busy", { asOf: { _tag: "Version", version: snapshot.version } }),
        version: 100
      })
    }))
  )

  it(
    "that TypeScript saved are used by SQL",
    onServer(Effect.gen(function*() {
      yield* open("watched")
      for (let count = 2; count <= 101; count++) yield* Accounts.handle("watched", deposit(1))
      expect(yield* sql("SELECT version, snapshot_version, events FROM ledger.rebuild_from_snapshot('watched')"))
        .toEqual([{ version: 101n, snapshot_version: 100n, events: 1n }])
    }))
  )

  it(
    "that no code could have saved are not used",
    onServer(Effect.gen(function*() {
      yield* open("odd")
      yield* sql("SELECT version FROM ledger.take_snapshot('odd')")
      yield* sql(
        "UPDATE refold.event_snapshots SET state = state || '{\"balance\": \"all of it\"}' WHERE stream = 'account-odd'"
      )
      expect(
        yield* sql("SELECT snapshot_version, state ->> 'balance' AS balance FROM ledger.rebuild_from_snapshot('odd')")
      )
        .toEqual([{ snapshot_version: 0n, balance: "0" }])
    }))
  )
})

const isDone = (answer: unknown): answer is ReadonlyArray<object> => Array.isArray(answer)

describe("transfers by SQL and by TypeScript at the same time", () => {
  const accounts = ["one", "two", "three"]
  const pairs = accounts.flatMap((from) => accounts.filter((to) => to !== from).map((to) => ({ from, to })))

  it(
    "lose no money, and each is answered",
    onServer(Effect.gen(function*() {
      yield* open(...accounts)
      for (const account of accounts) yield* inSql.ask({ account, command: deposit(1_000) })
      const asked = Array.from({ length: 60 }, (_, index) => ({
        ...pairs[index % pairs.length]!,
        amount: Amount.make((index * 37) % 500 + 1),
        currency: "CZK" as const,
        key: `transfer-${index}`
      }))
      const send = (transfers: typeof asked, first: number) =>
        Effect.forEach(
          transfers,
          (transfer, index): Effect.Effect<unknown, never, Services> =>
            (index + first) % 2 === 0 ? inSql.transfer(transfer) : HandlerTwin.transfer(transfer),
          { concurrency: 6 }
        )
      const answers = yield* send(asked, 0)
      const balances = yield* Effect.forEach(accounts, balanceOf)
      expect(balances.reduce((sum, balance) => sum + balance, 0)).toBe(3_000)
      expect(Math.min(...balances)).toBeGreaterThanOrEqual(0)
      const done = answers.flatMap((answer) => isDone(answer) ? [answer] : [])
      for (const answer of answers.filter((answer) => !isDone(answer))) {
        expect(answer).toMatchObject({ _tag: "PartRefused", refusal: { _tag: "InsufficientFunds" } })
      }
      // Repeated in reverse order, about half of them in the other language: none is carried out twice.
      const again = yield* send(asked.filter((_, index) => isDone(answers[index])), 1)
      expect(again).toEqual(done.map((places) => places.map((place) => ({ ...place, deduplicated: true }))))
      expect(yield* Effect.forEach(accounts, balanceOf)).toEqual(balances)
    }))
  )
})

describe("the caller", () => {
  it(
    "stores actor and time of occurrence",
    onServer(Effect.gen(function*() {
      yield* open("noted")
      yield* sql(`CALL ledger.deposit('noted', 5, p_correlation_id => 'request-1', p_actor => 'clerk-7',
        p_occurred_at => '2020-01-31T12:00:00.123Z')`)
      expect(
        yield* sql("SELECT metadata, occurred_at FROM ledger.event_store WHERE aggregate_id = 'noted' AND version = 2")
      )
        .toEqual([{
          metadata: { correlationId: "request-1", actor: "clerk-7" },
          occurred_at: new Date("2020-01-31T12:00:00.123Z")
        }])
    }))
  )

  it(
    "is undone by a rollback",
    onServer(Effect.gen(function*() {
      yield* open("undone")
      const client = yield* SqlClient.SqlClient
      yield* Effect.ignore(client.withTransaction(Effect.andThen(
        sql("CALL ledger.deposit('undone', 5, p_idempotency_key => 'undone')"),
        Effect.fail("no")
      )))
      expect(yield* balanceOf("undone")).toBe(0)
      expect(yield* inSql.ask({ account: "undone", command: deposit(5), key: "undone" })).toMatchObject({
        deduplicated: false
      })
    }))
  )

  it(
    "under REPEATABLE READ fails with a retryable error if it cannot see an earlier commit",
    onServer(Effect.gen(function*() {
      yield* open("moving")
      const client = yield* SqlClient.SqlClient
      const refused = yield* client.withTransaction(Effect.gen(function*() {
        yield* sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield* sql("SELECT count(*) FROM refold.event_store")
        // On another connection.
        yield* Effect.promise(() => runtime.runPromise(sql("CALL ledger.deposit('moving', 5)")))
        return yield* sql("CALL ledger.deposit('moving', 5)")
      })).pipe(Effect.flip)
      expect("reason" in refused && HandlerTwin.serverError(refused).code).toBe("40001")
    }))
  )
})
