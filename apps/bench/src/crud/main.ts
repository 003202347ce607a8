/** Runs the comparison: reads the command line, opens the database, prints the results. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Cli from "./Cli.ts"
import * as Compare from "./Compare.ts"
import * as Database from "./Database.ts"
import * as TextReport from "./TextReport.ts"

const print = (text: string) => Effect.sync(() => process.stdout.write(`${text}\n`))
const note = (text: string) => Effect.sync(() => void process.stderr.write(`crud: ${text}\n`))

const run = Effect.fnUntraced(function*({ json, sizes }: Cli.Asked) {
  const url = process.env["DATABASE_URL"]
  const defaults = url === undefined || url === "" ? Cli.embedded : Cli.onServer
  const options = { ...defaults, ...sizes }
  const { database, layer } = Database.fromUrl(url, options.clients)
  const findings = yield* Effect.provide(Compare.run(database, options, note), layer)
  yield* print(json ? JSON.stringify(findings, undefined, 2) : TextReport.text(findings))
  return Compare.isAsExpected(findings) ? 0 : 1
})

const main = Effect.gen(function*() {
  const asked = yield* Effect.fromResult(Cli.parse(process.argv.slice(2)))
  return asked.help ? yield* Effect.as(print(Cli.help), 0) : yield* run(asked)
}).pipe(
  Effect.catchTag("UsageError", (error) => Effect.as(note(error.message), 2)),
  Effect.catch((error) => Effect.as(note(String(error)), 1))
)

const interruption = new AbortController()
process.once("SIGINT", () => interruption.abort())
process.once("SIGTERM", () => interruption.abort())

// A document on stdout must have no log lines in it.
const logs = Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])

const exit = await Effect.runPromiseExit(Effect.provide(main, logs), { signal: interruption.signal })
if (Exit.isFailure(exit) && !Cause.hasInterrupts(exit.cause)) process.stderr.write(`${Cause.pretty(exit.cause)}\n`)
process.exitCode = Exit.isSuccess(exit) ? exit.value : interruption.signal.aborted ? 130 : 1
