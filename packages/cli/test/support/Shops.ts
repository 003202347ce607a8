/* Stores with the events of two wallets, and the streams that a faulty release has parked: on a server, and in a folder. */
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { CommandHandler, Consumer, ProcessHandler, ProcessRunner, Projector } from "refold"
import * as EmbeddedStore from "../../../postgres/test/support/EmbeddedStore.ts"
import { freshDatabase } from "../../../postgres/test/support/freshDatabase.ts"
import { balances, fees, mail, Wallet } from "./shop/Wallet.ts"

const faulty = { repaired: false }

const fill = Effect.gen(function*() {
  const handle = CommandHandler.make(Wallet)
  const metadata = { correlationId: "order-17" }
  yield* handle("ada", { _tag: "Deposit", cents: 1000, from: "salary" }, { metadata })
  yield* handle("bob", { _tag: "Deposit", cents: 500, from: "gift\u001b[31m\u202e" })
  yield* handle("ada", { _tag: "Deposit", cents: 60_000, from: "lottery" }, { metadata })
  yield* handle("ada", { _tag: "Withdraw", cents: 300 })
  yield* Projector.catchUp(balances(faulty), { backoff: "1 millis" })
  yield* Consumer.catchUp(mail(faulty), { attempts: 1, backoff: "1 millis" })
  yield* ProcessRunner.catchUp(fees(faulty), { handlers: [ProcessHandler.of(Wallet)] })
  yield* Projector.catchUp(fees(faulty).rows)
})

/** The environment or options that name a store. */
export interface Shop {
  readonly name: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

/** An empty folder that is removed with the scope. */
const folder = Effect.acquireRelease(
  Effect.sync(() => Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-cli-")))),
  (path) => Effect.sync(() => Fs.rmSync(path, { recursive: true }))
)

/** In a folder. */
export const embedded = Effect.gen(function*() {
  const dataDir = yield* folder
  yield* Effect.promise(() => EmbeddedStore.fill(dataDir))
  yield* Effect.provide(fill, PostgresStore.layerEmbedded({ dataDir }), { local: true })
  return { name: "embedded", args: ["--embedded", dataDir], env: {} } satisfies Shop
})

/** On a server. */
export const server = Effect.gen(function*() {
  const url = yield* freshDatabase()
  yield* Effect.provide(fill, PostgresStore.layer({ url: Redacted.make(url) }), { local: true })
  return { name: "server", args: [], env: { REFOLD_URL: url } } satisfies Shop
})
