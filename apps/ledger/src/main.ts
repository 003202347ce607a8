/** Runs the story: reads the command line, opens the store, tells chapter by chapter, and answers with an exit code. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
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
import type * as Narration from "./report/Narration.ts"
import * as ProgressBar from "./report/ProgressBar.ts"
import * as SqlNarration from "./report/SqlNarration.ts"
import * as TextReport from "./report/TextReport.ts"
import * as LedgerSql from "./sql/LedgerSql.ts"
import { RebuildProgress } from "./story/RebuildProgress.ts"
import * as SqlStory from "./story/SqlStory.ts"
import * as Story from "./story/Story.ts"

// styleText asks the stream whether it is a terminal, and NO_COLOR and FORCE_COLOR what they say.
const paint: TextReport.Paint = (colour, text) => styleText(colour, text, { stream: process.stdout })

const print = (text: string) => Effect.sync(() => process.stdout.write(`${text}\n`))

// npm runs scripts at the root of the repository; the folder is meant from where the user stands.
const folderOf = (data: string | undefined): string =>
  data === undefined
    ? fileURLToPath(new URL("../sample", import.meta.url))
    : resolve(process.env["INIT_CWD"] ?? process.cwd(), data)

type Say = (text: string) => Effect.Effect<unknown>

const tellAll = Effect.fnUntraced(function*(folder: string, store: string, say: Say) {
  const started = performance.now()
  const chapters: Array<Narration.Chapter> = []
  const run = randomBytes(4).toString("hex")
  yield* say(TextReport.opening(paint, store))
  yield* Stream.runForEach(Stream.concat(Story.tell({ folder, run }), SqlStory.tell({ run })), (chapter) => {
    chapters.push(chapter)
    return say(TextReport.chapter(paint, chapters.length, chapter))
  })
  const eventsStored = yield* Story.eventsStored
  yield* say(TextReport.closing(paint, { chapters, eventsStored, seconds: (performance.now() - started) / 1_000 }))
  return { chapters, eventsStored }
})

const installSql = Effect.gen(function*() {
  const url = process.env["DATABASE_URL"]
  if (url === undefined || url === "") {
    return yield* new Cli.UsageError({
      problem: "--sql needs DATABASE_URL, for psql cannot reach the embedded database"
    })
  }
  yield* Effect.provide(LedgerSql.install({ store: Database.schema }), Database.fromUrl(url).layer)
  yield* print(SqlNarration.howToGoOn(Database.schema))
  return 0
})

const run = Effect.fnUntraced(function*({ data, json }: Cli.Options) {
  const folder = folderOf(data)
  const { layer, name } = Database.fromUrl(process.env["DATABASE_URL"])
  // Before anything else, so that bad files are known at once and nothing has been stored.
  yield* Import.checkFiles(folder)
  const { chapters, eventsStored } = yield* tellAll(folder, name, json ? () => Effect.void : print).pipe(
    Effect.provide(layer),
    Effect.provideService(ImportProgress, ProgressBar.ofImport(process.stderr)),
    Effect.provideService(RebuildProgress, ProgressBar.ofRebuild(process.stderr)),
    Effect.provideService(LegacyProgress, ProgressBar.ofLegacy(process.stderr))
  )
  if (json) yield* print(JSON.stringify(JsonReport.document(chapters, eventsStored), undefined, 2))
  return chapters.every(({ checks }) => checks.every(({ ok }) => ok)) ? 0 : 1
})

const main = Effect.gen(function*() {
  const options = yield* Effect.fromResult(Cli.parse(process.argv.slice(2)))
  if (options.help) return yield* Effect.as(print(Cli.help), 0)
  return yield* options.sql ? installSql : run(options)
}).pipe(
  Effect.catchTag("UsageError", (error) => complain(error, 2)),
  Effect.catch((error) => complain(error, 1))
)

// One line, whatever the error. A refusal that no chapter expected has a name and no message.
const complain = (error: { readonly _tag: string; readonly message?: string }, exitCode: number) =>
  Effect.sync(() => {
    const problem = error.message === undefined || error.message === "" ? error._tag : error.message
    process.stderr.write(`ledger: ${problem.replaceAll(/\s*\n\s*/g, " ")}\n`)
    return exitCode
  })

const interruption = new AbortController()
process.once("SIGINT", () => interruption.abort())
process.once("SIGTERM", () => interruption.abort())

const exit = await Effect.runPromiseExit(main, { signal: interruption.signal })
if (Exit.isFailure(exit) && !Cause.hasInterrupts(exit.cause)) process.stderr.write(`${Cause.pretty(exit.cause)}\n`)
process.exitCode = Exit.isSuccess(exit) ? exit.value : interruption.signal.aborted ? 130 : 1
