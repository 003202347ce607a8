import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { expect, it } from "vitest"
import { freshDatabase } from "../../postgres/test/support/freshDatabase.ts"
import { ended, masked, records, run, shop, start } from "./support/Cli.ts"
import * as Shops from "./support/Shops.ts"

const scoped = <E>(effect: Effect.Effect<void, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(effect))

const command = (url: string, args: string, input = "") =>
  Effect.promise(() => run(args.split(" "), { cwd: shop, env: { REFOLD_URL: url }, input }))

const execute = (url: string, statements: ReadonlyArray<string>) =>
  Effect.flatMap(PgClient.PgClient, (sql) => Effect.forEach(statements, (text) => sql.unsafe(text), { discard: true }))
    .pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }), { local: true }))

const verified = ({ out }: { readonly out: string }) =>
  records({ out }).map(({ finding, severity }) => `${String(severity)} ${String(finding)}`)

it("a healthy store has findings only for rows of parked streams, and a tampered one has more", () =>
  scoped(Effect.gen(function*() {
    const { env: { REFOLD_URL: url } } = yield* Shops.server
    const healthy = yield* command(url, "verify")
    expect(healthy).toMatchObject({ code: 0, err: "" })
    expect(verified(healthy)).toEqual(["Warning RowsNotCompared"])
    yield* command(url, "parked retry balances --yes")
    expect(yield* command(url, "verify")).toEqual({ code: 0, out: "", err: "" })
    expect(yield* command(url, "verify --no-json")).toEqual({ code: 0, out: "", err: "nothing is wrong\n" })
    yield* execute(url, [
      "ALTER TABLE refold.event_store DISABLE TRIGGER ALL",
      "UPDATE refold.event_store SET data = '{\"cents\": 7, \"from\": \"thief\"}' WHERE stream = 'wallet-bob'",
      "DELETE FROM refold.event_store WHERE stream = 'wallet-ada' AND version = 2"
    ])
    const damaged = yield* command(url, "verify")
    expect(damaged).toMatchObject({ code: 1, err: "" })
    expect(verified(damaged)).toEqual(
      expect.arrayContaining(["Error NotAppendOnly", "Error VersionGap", "Error WrongRow"])
    )
  })))

it("the doctor reports each point, and exits with 1 if one is an error", () =>
  scoped(Effect.gen(function*() {
    const { env: { REFOLD_URL: url } } = yield* Shops.server
    const found = yield* command(url, "doctor")
    expect(found.code).toBe(0)
    expect(records(found).map(({ point }) => point)).toEqual(
      expect.arrayContaining([
        "ServerVersion",
        "SchemaVersion",
        "Rights",
        "Isolation",
        "Pooler",
        "Clock",
        "Connections"
      ])
    )
    const table = yield* command(url, "doctor --no-json")
    expect(table.out).toMatch(/^point +severity +message\n/)
  })))

it("an import into an empty store continues after a cut file, and gives the same events", () =>
  scoped(Effect.gen(function*() {
    const { env: { REFOLD_URL: url } } = yield* Shops.server
    const exported = yield* command(url, "export")
    expect(exported).toMatchObject({ code: 0, err: "" })
    const empty = yield* freshDatabase()
    yield* command(empty, "migrate --yes")
    const dry = yield* command(empty, "import --dry-run", exported.out)
    expect(records(dry)).toMatchObject([{ events: 5, resumedAfter: 0, dryRun: true }])
    expect(yield* command(empty, "import", exported.out)).toMatchObject({ code: 2, out: "" })
    const cut = yield* command(empty, "import --yes", exported.out.split("\n").slice(0, 3).join("\n"))
    expect(cut).toEqual({ code: 1, out: "", err: expect.stringMatching(/^refold: the file ends after line 3.*\n$/) })
    const closed = yield* command(empty, "show wallet-ada")
    expect(closed).toMatchObject({ code: 1, out: "" })
    expect(closed.err).toContain("finish it with refold import, or give it up with refold import --abandon")
    const point = records(yield* command(empty, "doctor")).find(({ severity }) => severity === "Error")
    expect(point).toMatchObject({ point: "Import" })
    const whole = yield* command(empty, "import --yes", exported.out)
    expect(whole).toMatchObject({ code: 0 })
    expect(records(whole)).toMatchObject([{ events: 5, resumedAfter: 3, dryRun: false }])
    const log = (of: string) => Effect.map(command(of, "tail --from 0 --no-follow --raw"), records)
    expect(yield* log(empty)).toEqual(yield* log(url))
    const again = yield* command(empty, "import --yes", exported.out)
    expect(again).toMatchObject({ code: 1, err: expect.stringMatching(/^refold: the store has events.*\n$/) })
  })))

it("an unfinished import can be given up, and then the store is empty", () =>
  scoped(Effect.gen(function*() {
    const { env: { REFOLD_URL: url } } = yield* Shops.server
    const { out } = yield* command(url, "export")
    expect(masked(out.split("\n")[0]!)).toMatch(/^\{"kind":"header"/)
    const empty = yield* freshDatabase()
    yield* command(empty, "migrate --yes")
    yield* command(empty, "import --yes", out.split("\n").slice(0, 2).join("\n"))
    expect(yield* command(empty, "import --abandon --yes")).toMatchObject({ code: 0, out: "" })
    expect(records(yield* command(empty, "status"))).toMatchObject([{ kind: "log", last: 0 }])
    expect(yield* command(empty, "import --abandon --yes")).toMatchObject({ code: 1, out: "" })
    expect(yield* command(empty, "import no-such-file --yes")).toMatchObject({
      code: 2,
      err: "refold: there is no file no-such-file\n"
    })
    expect(yield* command(empty, "import a-file --abandon --yes")).toMatchObject({ code: 2 })
  })))

it("a reader that closes the pipe ends an export quietly", () =>
  scoped(Effect.gen(function*() {
    const { env } = yield* Shops.server
    yield* Effect.promise(async () => {
      const child = start(["export"], { env })
      const end = ended(child)
      child.stdout?.destroy()
      expect(await end).toMatchObject({ code: 0, err: "" })
    })
  })))
