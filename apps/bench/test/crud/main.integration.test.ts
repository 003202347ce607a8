import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import type { Findings } from "../../src/crud/Compare.ts"
import { onServer } from "./support/Databases.ts"

const program = fileURLToPath(new URL("../../src/crud/main.ts", import.meta.url))

const run = (args: ReadonlyArray<string>, url = "") =>
  new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      { env: { ...process.env, DATABASE_URL: url } },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr })
    )
  })

const small = "--accounts 6 --operations 16 --clients 4 --rounds 2 --hot 2 --depth 12 --reads 3".split(" ")

const schemas = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT FROM pg_namespace WHERE nspname LIKE 'crud%'`)

describe("npm run crud", () => {
  it(
    "on a server: prints one JSON document, and leaves no schema behind",
    onServer(async (query, url) => {
      const { code, stdout } = await run([...small, "--json"], url)
      expect(code).toBe(0)
      const { byHand, loads, reads, storage } = JSON.parse(stdout) as Findings
      expect(byHand.map(({ actual, expected }) => expected - actual)).toEqual([50_00, 0, 0, 0, 0, 0])
      expect(loads.map(({ written }) => written.length)).toEqual([6, 6, 6])
      expect(reads.length).toBe(4)
      expect(storage.length).toBe(6)
      expect(await query(() => schemas)).toEqual([])
    })
  )

  it("embedded: prints tables, and names the books that cannot race there", async () => {
    const { code, stdout } = await run([...small, "--rounds", "1", "--operations", "6"])
    expect(code).toBe(0)
    expect(stdout).toContain("an embedded PostgreSQL")
    expect(stdout).toContain("Embedded, transactions take turns")
    const lost = [...stdout.matchAll(/^(\S.*?) +1[38]0\.00 +180\.00 +(\d+\.00)/gm)].map(([, , cents]) => cents)
    expect(lost).toEqual(["50.00", "0.00", "0.00", "0.00", "0.00", "0.00"])
  })

  it("a server that is not there, and an option that is not: one line and an exit code", async () => {
    const failed = await run(small, "postgres://nobody@127.0.0.1:1/none")
    expect(failed).toMatchObject({ code: 1, stdout: "" })
    expect(failed.stderr.split("\n").length).toBeLessThanOrEqual(3)
    expect(await run(["--fast"])).toMatchObject({ code: 2, stdout: "" })
  })
})
