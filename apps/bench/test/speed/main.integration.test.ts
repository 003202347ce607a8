import { execFile } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { Client } from "pg"
import { describe, expect, inject, it } from "vitest"
import type { Findings } from "../../src/speed/Findings.ts"

const program = fileURLToPath(new URL("../../src/speed/main.ts", import.meta.url))

const run = (args: ReadonlyArray<string>, url: string) =>
  new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      { env: { ...process.env, DATABASE_URL: url } },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr })
    )
  })

const databases = async (): Promise<ReadonlyArray<string>> => {
  const client = new Client({ connectionString: inject("postgresUrl") })
  await client.connect()
  const { rows } = await client.query<{ name: string }>("SELECT datname AS name FROM pg_database")
  await client.end()
  return rows.map(({ name }) => name).filter((name) => name.startsWith("bench_"))
}

describe("npm run bench", () => {
  it("on a server: gives figures of Refold and of raw pg for appends, and leaves no database behind", async () => {
    const file = Path.join(Fs.mkdtempSync(Path.join(Os.tmpdir(), "bench-")), "findings.json")
    const args = "--quick --only append --peer raw --rounds 1 --json".split(" ")
    const { code, stdout } = await run([...args, file], inject("postgresUrl"))
    const { correctness, groups, postgres } = JSON.parse(Fs.readFileSync(file, "utf8")) as Findings
    Fs.rmSync(Path.dirname(file), { recursive: true })
    expect(code).toBe(0)
    expect(groups.map(({ name }) => name)).toEqual(["append-1", "append-16", "append-64", "append-256"])
    for (const { rows } of groups) {
      expect(rows.map(({ label }) => label)).toEqual(["Refold", "raw pg"])
      for (const { figure, ratio } of rows) {
        expect(figure?.median).toBeGreaterThan(0)
        expect(ratio?.median).toBeGreaterThan(0)
      }
    }
    expect(correctness).toEqual([
      expect.objectContaining({ label: "Refold", lost: 0 }),
      expect.objectContaining({ label: "raw pg", lost: 0 })
    ])
    expect(stdout).toContain(`PostgreSQL ${postgres.version}`)
    expect(stdout).toMatch(/^raw pg +[\d,.]+ /m)
    expect(await databases()).toEqual([])
  })

  it("a server that is not there, and a workload that is not: one line and an exit code", async () => {
    const args = ["--quick", "--only", "append-16"]
    expect(await run(args, "postgres://nobody@127.0.0.1:1/none")).toMatchObject({ code: 1, stdout: "" })
    const unknown = await run(["--only", "apend"], inject("postgresUrl"))
    expect(unknown).toMatchObject({ code: 2, stdout: "" })
    expect(unknown.stderr.split("\n").length).toBe(2)
  })
})
