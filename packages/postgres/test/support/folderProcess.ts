/*
 * Opens a folder of the embedded database, or only takes its lock, and prints "opened" or the failure. Then answers each line
 * of its input: "insert" adds a row, "count" counts the rows, "open" with a path also opens that folder, "exit" ends without
 * closing the folder.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Readline from "node:readline"
import * as Embedded from "../../src/embedded/Embedded.ts"
import * as FolderLock from "../../src/embedded/internal/FolderLock.ts"

const [, , folder = "", kind] = process.argv

const print = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const commands = Readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const nextCommand = Effect.map(Effect.promise(() => commands.next()), ({ value }) => String(value))

const answer = (sql: PgClient.PgClient, command: string) => {
  if (command === "exit") process.exit(0)
  if (command.startsWith("open ")) return open(command.slice(5))
  return command === "insert"
    ? Effect.as(sql`insert into kept values (1)`, "inserted")
    : Effect.map(sql<{ n: number }>`select count(*)::int as n from kept`, ([row]) => String(row!.n))
}

const open = (dataDir: string) =>
  Effect.scoped(Layer.build(Embedded.layer({ dataDir }))).pipe(
    Effect.as("opened"),
    Effect.catchTag("EmbeddedUnavailable", ({ message, reason }) => Effect.succeed(`${reason} ${message}`))
  )

const database = Effect.gen(function*() {
  const sql = Context.get(yield* Layer.build(Embedded.layer({ dataDir: folder })), PgClient.PgClient)
  yield* sql`create table if not exists kept (n int)`
  yield* print("opened")
  for (;;) {
    const answered = answer(sql, yield* nextCommand)
    yield* print(
      yield* Effect.catchCause(answered, (cause) => Effect.succeed(`failed ${oneLine(Cause.pretty(cause))}`))
    )
  }
})

const lock = Effect.gen(function*() {
  const { _tag } = yield* FolderLock.acquire(folder)
  yield* print(_tag)
  return yield* nextCommand
})

const oneLine = (text: string) => text.replaceAll("\n", " ")

await Effect.runPromise(Effect.scoped(kind === "lock" ? lock : database)).catch((error: unknown) => {
  process.stdout.write(`${oneLine(error instanceof Error ? error.message : String(error))}\n`)
})
process.exit(0)
