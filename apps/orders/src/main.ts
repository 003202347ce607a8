/** Runs the story: reads the command line, opens the store, prints the text or the document, and ends with an exit code. */
import { Effect } from "effect"
import * as Cli from "./Cli.ts"
import * as Projections from "./Projections.ts"
import * as Document from "./report/Document.ts"
import * as StoryText from "./report/StoryText.ts"
import * as Store from "./Store.ts"
import * as Story from "./story/Story.ts"

const print = (text: string) => Effect.sync(() => process.stdout.write(`${text}\n`))

const main = Effect.gen(function*() {
  const { help, json, store } = yield* Effect.fromResult(Cli.parse(process.argv.slice(2)))
  if (help) return yield* Effect.as(print(Cli.help), 0)
  const story = yield* Effect.provide(Story.tell(store, Projections.all), Store.layerOf(store))
  return yield* Effect.as(print(json ? JSON.stringify(Document.of(story), undefined, 2) : StoryText.of(story)), 0)
}).pipe(
  Effect.catchTag("UsageError", (error) => fail(error, 2)),
  Effect.catch((error) => fail(error, 1))
)

// One line for every error. Not every refusal has a message.
const fail = (error: { readonly _tag: string; readonly message?: string }, exitCode: number) =>
  Effect.sync(() => {
    const problem = error.message === undefined || error.message === "" ? error._tag : error.message
    process.stderr.write(`orders: ${problem.replaceAll(/\s*\n\s*/g, " ")}\n`)
    return exitCode
  })

process.exitCode = await Effect.runPromise(main)
