// Runs the app as a user does: as a process of its own.
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url))

/** The output of a process and its exit code. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs `main.ts` with these arguments; DATABASE_URL and colours come from `env` only, not from the tests' environment. It is
 * killed as soon as it prints `killOn` on stderr.
 */
export const run = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
  { killOn }: { readonly killOn?: string } = {}
): Promise<Ended> => {
  const { DATABASE_URL: _, FORCE_COLOR: __, ...inherited } = process.env
  const child = spawn(process.execPath, [main, ...args], { env: { ...inherited, ...env } })
  const said = { stdout: "", stderr: "" }
  child.stdout.on("data", (data: Buffer) => said.stdout += data.toString())
  child.stderr.on("data", (data: Buffer) => {
    said.stderr += data.toString()
    if (killOn !== undefined && said.stderr.includes(killOn)) child.kill("SIGKILL")
  })
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code) => resolve({ code, ...said }))
  })
}
