/** The program: reads the command line, opens the store, runs the story, prints it and ends with an exit code. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { randomBytes } from "node:crypto"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { styleText } from "node:util"
import * as Cli from "./Cli.ts"
import * as Database from "./Database.ts"
import * as Import from "./import/Import.ts"
import { ImportProgress } from "./import/ImportProgress.ts"
import { LegacyProgress } from "./legacy/LegacyProgress.ts"
import * as JsonReport from "./report/JsonReport.ts"
import * as ProgressBar from "./report/ProgressBar.ts"
import { sqlGuide } from "./report/SqlGuide.ts"
import * as TextReport from "./report/TextReport.ts"
import * as LedgerSql from "./sql/LedgerSql.ts"
import * as Story from "./story/Story.ts"
import { RebuildProgress } from "./story/support/RebuildProgress.ts"

// styleText colours for a terminal only, and obeys NO_COLOR and FORCE_COLOR.
const paint: TextReport.Paint = (colour, text) => styleText(colour, text, { stream: process.stdout })

const print = (text: string) => Effect.sync(() => process.stdout.write(`${text}\n`))
const printError = (text: string) => Effect.sync(() => process.stderr.write(`${text}\n`))

// npm runs scripts at the root of the repository; a relative folder means one below the user's current folder.
const folderOf = (data: string | undefined): string =>
  data === undefined
    ? fileURLToPath(new URL("../sample", import.meta.url))
    : resolve(process.env["INIT_CWD"] ?? process.cwd(), data)

const runStory = Effect.fnUntraced(function*({ chapters, data, mode }: Cli.Options, store: string) {
  const started = performance.now()
  const runs: Array<Story.ChapterRun> = []
  if (mode !== "json") yield* print(TextReport.opening(paint, store))
  const input = { folder: folderOf(data), run: randomBytes(4).toString("hex"), selected: chapters }
  yield* Stream.runForEach(Story.run(Story.chapters, input), (run) => {
    runs.push(run)
    const { stderr, stdout } = TextReport.chapter(paint, mode, run)
    return Effect.andThen(Effect.forEach(stdout, print), Effect.forEach(stderr, printError))
  })
  const eventsStored = yield* Story.eventsStored
  const seconds = (performance.now() - started) / 1_000
  if (mode === "json") yield* print(JSON.stringify(JsonReport.document(runs, eventsStored), undefined, 2))
  else yield* print(TextReport.closing(paint, { runs, eventsStored, seconds }))
  if (mode === "summary") yield* print(TextReport.furtherReading)
  return Story.exitCode(runs)
})

const run = Effect.fnUntraced(function*(options: Cli.Options) {
  const { layer, name } = Database.fromUrl(process.env["DATABASE_URL"])
  // Bad files end the program before anything is stored.
  yield* Import.checkFiles(folderOf(options.data))
  return yield* runStory(options, name).pipe(
    Effect.provide(layer),
    Effect.provideService(ImportProgress, ProgressBar.ofImport(process.stderr)),
    Effect.provideService(RebuildProgress, ProgressBar.ofRebuild(process.stderr)),
    Effect.provideService(LegacyProgress, ProgressBar.ofLegacy(process.stderr))
  )
})

const installSql = Effect.gen(function*() {
  const url = process.env["DATABASE_URL"]
  if (url === undefined || url === "") {
    return yield* new Cli.UsageError({
      problem: "--sql needs DATABASE_URL: psql cannot connect to the embedded database"
    })
  }
  yield* Effect.provide(LedgerSql.install({ store: Database.schema }), Database.fromUrl(url).layer)
  yield* print(sqlGuide(Database.schema))
  return 0
})

const main = Effect.gen(function*() {
  const options = yield* Effect.fromResult(Cli.parse(process.argv.slice(2)))
  if (options.help) return yield* Effect.as(print(Cli.help), 0)
  return yield* options.sql ? installSql : run(options)
}).pipe(Effect.catch((error) => complain(error)))

// One line, whatever the error. A refusal that no chapter expects has a name and no message.
const complain = (error: { readonly _tag: string; readonly message?: string }) => {
  const problem = error.message === undefined || error.message === "" ? error._tag : error.message
  const line = printError(`ledger: ${problem.replaceAll(/\s*\n\s*/g, " ")}`)
  return Effect.as(line, error._tag === "UsageError" ? 2 : 1)
}

const interruption = new AbortController()
process.once("SIGINT", () => interruption.abort())
process.once("SIGTERM", () => interruption.abort())

// A document on stdout must have no log lines in it.
const logs = Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])

const exit = await Effect.runPromiseExit(Effect.provide(main, logs), { signal: interruption.signal })
if (Exit.isFailure(exit) && !Cause.hasInterrupts(exit.cause)) process.stderr.write(`${Cause.pretty(exit.cause)}\n`)
process.exitCode = Exit.isSuccess(exit) ? exit.value : interruption.signal.aborted ? 130 : 1
