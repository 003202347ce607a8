/** Runs a course: reads the command line, opens an embedded database, and ends with an exit code. */
import { PostgresStore } from "@refold/postgres"
import { Effect } from "effect"
import * as Cli from "./Cli.ts"
import * as RunCourse from "./RunCourse.ts"

const print = (text: string) => Effect.sync(() => void process.stdout.write(`${text}\n`))

const main = Effect.gen(function*() {
  const course = yield* Effect.fromResult(Cli.parse(process.argv.slice(2)))
  if (course === undefined) return yield* Effect.as(print(Cli.list), 0)
  const run = Effect.scoped(RunCourse.run(course, print))
  return (yield* Effect.provide(run, PostgresStore.layerEmbedded())) ? 0 : 1
}).pipe(
  Effect.catchTag("UsageError", (error) => fail(error, 2)),
  Effect.catch((error) => fail(error, 1))
)

const fail = (error: { readonly message: string }, exitCode: number) =>
  Effect.sync(() => {
    process.stderr.write(`course: ${error.message.replaceAll(/\s*\n\s*/g, " ")}\n`)
    return exitCode
  })

process.exitCode = await Effect.runPromise(main)
