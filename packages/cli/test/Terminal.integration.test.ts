import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { execFileSync, spawn } from "node:child_process"
import { expect, it } from "vitest"
import { bin, ended, records, run, shop, start } from "./support/Cli.ts"
import * as Shops from "./support/Shops.ts"

const withShop = (use: (store: Shops.Shop) => Promise<void>) =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(Shops.server, (store) => Effect.promise(() => use(store)))))

const firstData = (child: ReturnType<typeof start>) =>
  new Promise<string>((resolve) => child.stdout?.once("data", (data) => resolve(String(data))))

it("Ctrl-C ends a command that follows the log: exit code 130, and nothing on stderr", () =>
  withShop(async ({ env }) => {
    for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
      const child = start(["tail", "--from", "0"], { env })
      const end = ended(child)
      await firstData(child)
      child.kill(signal)
      expect(await end).toMatchObject({ code, err: "" })
    }
  }))

it("status --watch repeats until Ctrl-C", () =>
  withShop(async ({ env }) => {
    const child = start(["status", "--watch", "--every", "0.1"], { env })
    const end = ended(child)
    for (let looks = 0; looks < 3;) looks += (await firstData(child)).split("\"kind\":\"log\"").length - 1
    child.kill("SIGINT")
    expect(await end).toMatchObject({ code: 130, err: "" })
  }))

it("a reader that closes the pipe ends the command quietly", () =>
  withShop(async ({ env }) => {
    const child = start(["tail", "--from", "0"], { env })
    const end = ended(child)
    await firstData(child)
    child.stdout?.destroy()
    // Events that come now cannot be written.
    await run(["process", "retry", "fees", "ada", "--yes"], { cwd: shop, env })
    expect(await end).toMatchObject({ code: 0, err: "" })
  }))

it("tail follows the log: an event is printed when it is appended", () =>
  withShop(async ({ env }) => {
    const child = start(["tail", "--category", "fees", "--limit", "2", "--from", "0"], { env })
    const end = ended(child)
    await firstData(child)
    await run(["process", "retry", "fees", "ada", "--yes"], { cwd: shop, env })
    expect(records(await end).map(({ type }) => type)).toEqual(["ProcessParked", "ProcessReacted"])
  }))

it("Ctrl-C stops a rebuild, and the next one continues", () =>
  withShop(async ({ env }) => {
    const { REFOLD_URL: url } = env as { readonly REFOLD_URL: string }
    const stopped = Effect.gen(function*() {
      const sql = yield* PgClient.PgClient
      yield* sql`LOCK TABLE refold.projection_generations IN EXCLUSIVE MODE`
      const child = start(["rebuild", "balances", "--yes"], { cwd: shop, env })
      const end = ended(child)
      const waits = sql`SELECT FROM pg_locks WHERE NOT granted AND relation = 'refold.projection_generations'::regclass`
      while ((yield* waits).length === 0) yield* Effect.sleep("20 millis")
      child.kill("SIGINT")
      return yield* Effect.promise(() => end)
    })
    const outcome = await Effect.runPromise(
      Effect.flatMap(PgClient.PgClient, (sql) => sql.withTransaction(stopped)).pipe(
        Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }))
      )
    )
    expect(outcome).toMatchObject({
      code: 130,
      out: "",
      err: expect.stringMatching(/^stopped: the live rows are as they were.*\n$/)
    })
    const rebuilt = await run(["rebuild", "balances", "--yes"], { cwd: shop, env })
    expect(rebuilt).toMatchObject({ code: 0, err: "" })
    expect(records(rebuilt).at(-1)).toMatchObject({ projection: "balances", isLive: true })
  }))

const hasScript = (() => {
  try {
    return execFileSync("script", ["--version"], { encoding: "utf8" }).includes("util-linux")
  } catch {
    return false
  }
})()

/** Runs the command on a terminal, made by util-linux's `script`. */
const onTerminal = (args: string, env: Readonly<Record<string, string>>, answer = "") => {
  const line = `stty cols 120; '${process.execPath}' '${bin}' ${args}`
  const child = spawn("script", ["-qec", line, "/dev/null"], {
    cwd: shop,
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm", ...env }
  })
  child.stdout.on("data", (data) => {
    if (String(data).includes("[y/N]")) child.stdin.write(answer)
  })
  return ended(child)
}

it.skipIf(!hasScript)(
  "on a terminal: tables, bold headings unless NO_COLOR is set, and no control characters from the store",
  () =>
    withShop(async ({ env }) => {
      const shown = await onTerminal("show wallet-bob", env)
      expect(shown.out).toContain("\u001b[1mposition")
      expect(shown.out).toContain(String.raw`gift\u001b[31m`)
      expect(shown.out.split("\r\n")[1]).toHaveLength(120)
      const plain = await onTerminal("show wallet-bob", { ...env, NO_COLOR: "1" })
      expect(plain.out).not.toContain("\u001b")
      expect(plain.out).toContain("position")
      expect(records(await onTerminal("show wallet-bob --json", env))).toHaveLength(1)
    })
)

it.skipIf(!hasScript)(
  "on a terminal a change needs a confirmation, and only yes confirms it",
  () =>
    withShop(async ({ env }) => {
      const no = await onTerminal("parked retry balances wallet-ada", env, "n\n")
      expect(no).toMatchObject({ code: 1 })
      expect(no.out).toContain("not confirmed: nothing was changed")
      const yes = await onTerminal("parked retry balances wallet-ada", env, "y\n")
      expect(yes).toMatchObject({ code: 0 })
      expect(yes.out).toContain("1 stream(s) continue")
      const stopped = await onTerminal("rebuild balances", env, "\u0003")
      expect(stopped).toMatchObject({ code: 130 })
      const rebuilt = await onTerminal("rebuild balances", env, "y\n")
      expect(rebuilt).toMatchObject({ code: 0 })
      expect(rebuilt.out).toContain("100 %")
      expect(rebuilt.out).toContain("balances is rebuilt and live")
    })
)
