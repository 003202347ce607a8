import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { fileURLToPath } from "node:url"
import { CommandHandler, Projector } from "refold"
import { expect, it } from "vitest"
import { freshDatabase } from "../../postgres/test/support/freshDatabase.ts"
import { records, run, shop } from "./support/Cli.ts"
import * as Seal from "./support/sealed/Seal.ts"
import { balances, Wallet } from "./support/shop/Wallet.ts"

const sealed = fileURLToPath(new URL("support/sealed", import.meta.url))

const fill = Effect.gen(function*() {
  yield* CommandHandler.make(Wallet)("ada", { _tag: "Deposit", cents: 500, from: "salary" })
  yield* Projector.catchUp(balances({ repaired: true }))
}).pipe(Effect.provide(Seal.layer))

it("commands that run code of the config use the wire transform of its services", () =>
  Effect.gen(function*() {
    const url = yield* freshDatabase()
    yield* Effect.provide(fill, PostgresStore.layer({ url: Redacted.make(url) }), { local: true })
    const command = (cwd: string, args: string) =>
      Effect.promise(() => run(args.split(" "), { cwd, env: { REFOLD_URL: url } }))

    expect(records(yield* command(sealed, "show wallet-ada"))).toMatchObject([{ data: { sealed: expect.any(String) } }])
    expect(records(yield* command(sealed, "show wallet-ada --state"))).toMatchObject([{ state: { balance: "500" } }])
    expect(yield* command(sealed, "rebuild balances --yes")).toMatchObject({ code: 0 })
    expect(yield* command(sealed, "parked list")).toMatchObject({ code: 0, out: "" })
    expect(yield* command(sealed, "verify")).toEqual({ code: 0, out: "", err: "" })

    const withoutServices = yield* command(shop, "show wallet-ada --state")
    expect(withoutServices).toMatchObject({ code: 1, out: "" })
    expect(withoutServices.err).toContain("Deposited")
  }).pipe(Effect.scoped, Effect.runPromise))
