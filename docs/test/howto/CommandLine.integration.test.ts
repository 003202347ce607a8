import { PgClient } from "@effect/sql-pg"
import { PostgresStore } from "@refold/postgres"
import { Effect, Redacted } from "effect"
import { execFile } from "node:child_process"
import * as Path from "node:path"
import { CommandHandler, Consumer, ProcessHandler, ProcessRunner, Projector } from "refold"
import { expect, it } from "vitest"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import * as LoginRole from "../../../packages/postgres/test/support/LoginRole.ts"
import { Mailer, MailRefused, receipts } from "../../examples/howto/Mailing.ts"
import { fees, salaries } from "../../examples/howto/Parked.ts"
import { Wallet } from "../../examples/Wallet.ts"
import { root } from "../Quotes.ts"

const handle = CommandHandler.make(Wallet)
const bin = Path.join(root, "packages/cli/dist/internal/bin.js")

/** What a terminal shows of commands, with the same times, ids, ages and rates in every run. */
const session = async (url: string, lines: ReadonlyArray<string>): Promise<string> => {
  const shown: Array<string> = []
  for (const line of lines) {
    // The quotes of a shell are the only ones here.
    const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
    const { code, err, out } = await run(url, [...args.slice(1), "--no-json"])
    shown.push(`$ ${line}\n${masked(out + err)}${code === 0 ? "" : `(exit code ${code})\n`}`)
  }
  return shown.join("\n")
}

const run = (url: string, args: ReadonlyArray<string>) => {
  const { DATABASE_URL: _, NODE_OPTIONS: __, ...own } = process.env
  const options = { cwd: Path.join(root, "docs/examples/cli"), env: { ...own, REFOLD_URL: url } }
  return new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((resolve) =>
    execFile(
      process.execPath,
      [bin, ...args],
      options,
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err })
    )
  )
}

// What depends on the server and the moment.
const ofServer: ReadonlyArray<readonly [RegExp, string]> = [
  [/PostgreSQL \d+\.\d+/, "PostgreSQL 18.4"],
  [/differ by \d+ ms/, "differ by 2 ms"],
  [/\d+ of \d+ connections/, "9 of 97 connections"],
  [/owner_[0-9a-f]{8}/g, "refold_owner"]
]

const masked = (text: string): string => {
  const ids = text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "2026-11-29T09:30:00.000Z")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "01a22552-ed56-7672-a8e8-01cc5de7792e")
  const same = ofServer.reduce((all, [found, shown]) => all.replace(found, shown), ids)
  const [head = "", heading = "", ...rows] = same.split("\n")
  const ages = heading.indexOf("lag (s)")
  // The two columns of numbers begin where their headings do, and are as wide.
  const row = (one: string) => {
    const age = one.slice(ages, ages + 7).trim() === "0" ? "0" : "0.4"
    return `${one.slice(0, ages)}${age.padStart(7)}${"250".padStart(10)}${one.slice(ages + 17)}`
  }
  return ages === -1 ? same : [head, heading, ...rows.map((one) => one === "" ? one : row(one))].join("\n")
}

/** A database, and the address of a role that may create schemas in it, and nothing more. */
const onDatabase = (use: (url: string) => Effect.Effect<void, unknown>) =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(freshDatabase(), (url) => {
    const asOwner = Effect.gen(function*() {
      const sql = yield* PgClient.PgClient
      const owner = yield* LoginRole.login({ sql, url }, "owner", [])
      yield* sql.unsafe(`GRANT CREATE ON DATABASE ${new URL(url).pathname.slice(1)} TO ${LoginRole.nameOf(owner)}`)
      yield* use(owner)
    })
    return Effect.provide(Effect.scoped(asOwner), PgClient.layer({ url: Redacted.make(url) }))
  })))

const output = (name: string) => `../../outputs/howto-cli-${name}.txt`

const parkedByFirstRelease = Effect.gen(function*() {
  const release = { repaired: false }
  for (const id of ["ada", "bob"]) yield* handle(id, { _tag: "Deposit", cents: 1000, from: "salary" })
  const metadata = { correlationId: "order-17" }
  yield* handle("ada", { _tag: "Deposit", cents: 60_000, from: "lottery" }, { metadata })
  yield* handle("ada", { _tag: "Withdraw", cents: 300 })
  yield* handle("bob", { _tag: "Deposit", cents: 70_000, from: "salary" })
  yield* Projector.catchUp(salaries(release), { backoff: "1 millis" })
  yield* ProcessRunner.catchUp(fees(release), { handlers: [ProcessHandler.of(Wallet)] })
  yield* Projector.catchUp(fees(release).rows)
})

it("an operator migrates, inspects a store, and retries parked streams", () =>
  onDatabase((url) =>
    Effect.gen(function*() {
      const shows = Effect.fnUntraced(function*(name: string, ...lines: ReadonlyArray<string>) {
        const shown = yield* Effect.promise(() => session(url, lines))
        yield* Effect.promise(() => expect(shown).toMatchFileSnapshot(output(name)))
      })
      yield* shows("migrate", "refold migrate status", "refold migrate --yes", "refold migrate status")
      yield* Effect.provide(parkedByFirstRelease, PostgresStore.layer({ url: Redacted.make(url) }))
      yield* shows("status", "refold status")
      yield* shows("show", "refold show wallet-ada", "refold show wallet-ada --state --at 2")
      yield* shows("tail", "refold tail --from 0 --category wallet --type Deposited --no-follow")
      yield* shows("trace", "refold streams wallet", "refold trace order-17")
      yield* shows("doctor", "refold doctor")
      yield* shows(
        "parked",
        "refold parked list",
        "refold parked retry salaries wallet-ada",
        "refold parked retry salaries wallet-ada --yes",
        "refold parked discard salaries wallet-bob --reason \"typed by mistake\" --yes",
        "refold parked list"
      )
      yield* shows("process", "refold process list fees --status Parked", "refold process retry fees ada --yes")
      yield* shows("rebuild", "refold rebuild salaries --yes")
    })
  ))

it("a retry of a consumer delivers with the services of the config", () =>
  onDatabase((url) =>
    Effect.gen(function*() {
      const layer = PostgresStore.layer({ url: Redacted.make(url) })
      const refusing = Mailer.of({ send: () => Effect.fail(new MailRefused({ reason: "the mailer is down" })) })
      const fill = Effect.gen(function*() {
        yield* Consumer.catchUp(receipts)
        for (const id of ["ada", "eve"]) yield* handle(id, { _tag: "Deposit", cents: 5, from: "salary" })
        yield* Consumer.catchUp(receipts, { attempts: 1, backoff: "1 millis" })
      })
      yield* Effect.provide(Effect.provideService(fill, Mailer, refusing), layer)
      const retry = (...args: ReadonlyArray<string>) =>
        Effect.promise(() => run(url, ["parked", "retry", "receipts", ...args, "--yes", "--json"]))
      expect(yield* retry()).toMatchObject({ code: 2, out: "" })
      const { code, out } = yield* retry("--config", "mailing.config.ts")
      expect(code).toBe(1)
      expect(out.trimEnd().split("\n").map((line) => JSON.parse(line))).toMatchObject([
        { name: "receipts", stream: "wallet-eve", reason: expect.stringContaining("no such mailbox") }
      ])
    })
  ))
