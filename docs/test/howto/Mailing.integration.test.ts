import { PostgresStore } from "@refold/postgres"
import { Effect, Redacted, Result } from "effect"
import { SqlClient } from "effect/sql"
import { CommandHandler, Consumer, MemoryStore, Parked, StreamName } from "refold"
import { expect, it } from "vitest"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import * as Example from "../../examples/howto/Mailing.ts"
import { Wallet } from "../../examples/Wallet.ts"

const handle = CommandHandler.make(Wallet)
const deposit = (id: string, cents: number) => handle(id, { _tag: "Deposit", cents, from: "salary" })
const streamOf = (id: string) => Result.getOrThrow(StreamName.make("wallet", id))

/** A mailer in memory: it cannot send to these, and forgets no key. */
const mailer = (refused: Array<string>) => {
  const sent = new Map<string, string>()
  const service = Example.Mailer.of({
    send: ({ key, text, to }) =>
      refused.includes(to)
        ? Effect.fail(new Example.MailRefused({ reason: "no such mailbox" }))
        : Effect.sync(() => void (sent.has(key) || sent.set(key, `${to}: ${text}`)))
  })
  return { sent: () => [...sent.values()], service }
}

it("mail that cannot be sent to one wallet does not block others, and is sent when the mailbox exists", () =>
  Effect.runPromise(Effect.provide(
    Effect.gen(function*() {
      const refused = ["ada", "eve"]
      const { sent, service } = mailer(refused)
      const run = Effect.gen(function*() {
        yield* Consumer.catchUp(Example.receipts)
        for (const [id, cents] of [["ada", 1], ["eve", 2], ["bob", 3], ["ada", 4], ["eve", 5]] as const) {
          yield* deposit(id, cents)
        }
        yield* Consumer.catchUp(Example.receipts, { attempts: 2, backoff: "1 millis" })
        expect(sent()).toEqual(["bob: 3 cents from salary"])
        expect(yield* Example.isDegraded).toBe(true)
        const [first] = yield* Parked.list(Example.receipts)
        expect(first!.reason).toContain("no such mailbox")
        refused.shift()
        yield* Example.retryAll
        expect(sent().slice(1)).toEqual(["ada: 1 cents from salary", "ada: 4 cents from salary"])
        refused.shift()
        yield* Example.giveUp(streamOf("eve"), "she has left")
        expect(sent().slice(3)).toEqual(["eve: 5 cents from salary"])
        expect(yield* Example.isDegraded).toBe(false)
      })
      yield* Effect.provideService(run, Example.Mailer, service)
    }),
    MemoryStore.layer
  )))

it("a booking and the checkpoint are stored together", () =>
  Effect.runPromise(
    Effect.gen(function*() {
      const store = PostgresStore.layer({ url: Redacted.make(yield* freshDatabase()) })
      const run = Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* sql`CREATE TABLE bookings (account text, cents int CHECK (cents < 100), at timestamptz)`
        for (const [id, cents] of [["ada", 1], ["bob", 100], ["ada", 2]] as const) yield* deposit(id, cents)
        yield* Consumer.catchUp(Example.bookings, { attempts: 1 })
        yield* Consumer.catchUp(Example.bookings)
        expect(yield* sql`SELECT account, cents FROM bookings ORDER BY cents`).toEqual([
          { account: "wallet-ada", cents: 1 },
          { account: "wallet-ada", cents: 2 }
        ])
        const [parked] = yield* Parked.list(Example.bookings)
        expect(parked).toMatchObject({ stream: "wallet-bob" })
        expect(parked!.reason).toContain("bookings_cents_check")
      })
      yield* Effect.provide(Effect.scoped(run), store)
    }).pipe(Effect.scoped)
  ))
