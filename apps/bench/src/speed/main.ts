/** Runs the benchmark: reads the command line, starts the server, prints the findings. */
import * as Result from "effect/Result"
import * as Fs from "node:fs"
import { choose } from "./Choose.ts"
import * as Cli from "./Cli.ts"
import type { Findings } from "./Findings.ts"
import * as Run from "./Run.ts"
import * as Server from "./Server.ts"
import * as TextReport from "./TextReport.ts"

const note = (text: string): void => void process.stderr.write(`bench: ${text}\n`)

/** Whether everything was measured and Refold gave no incorrect results. */
const isAsExpected = ({ correctness, groups }: Findings): boolean =>
  groups.every(({ rows }) => rows.every(({ failed }) => failed === undefined)) &&
  correctness.every(({ lost, peer, skipped, unraised }) =>
    !peer.startsWith("refold") || lost + skipped + unraised === 0
  )

const measure = async ({ json, scale }: Cli.Asked, groups: Parameters<typeof Run.run>[1]): Promise<number> => {
  const server = await Server.start(process.env["DATABASE_URL"])
  const interrupt = () => void server.stop().finally(() => process.exit(130))
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupt)
  try {
    const findings = await Run.run(server, groups, scale, note)
    process.stdout.write(`${TextReport.text(findings)}\n`)
    if (json !== undefined) Fs.writeFileSync(json, `${JSON.stringify(findings, undefined, 2)}\n`)
    return isAsExpected(findings) ? 0 : 1
  } finally {
    await server.stop()
  }
}

const main = async (): Promise<number> => {
  const asked = Cli.parse(process.argv.slice(2))
  const chosen = Result.flatMap(asked, choose)
  if (Result.isFailure(asked) || Result.isFailure(chosen)) {
    note(Result.isFailure(asked) ? asked.failure.message : Result.isFailure(chosen) ? chosen.failure.message : "")
    return 2
  }
  if (asked.success.help) {
    process.stdout.write(`${Cli.help}\n`)
    return 0
  }
  return measure(asked.success, chosen.success)
}

process.exitCode = await main().catch((error: unknown) => {
  note(error instanceof Error ? error.message : String(error))
  return 1
})
