/** Step 6: new code on the events that the code of step 5 stored. */
import { Console, Effect, Result, Stream } from "effect"
import { CommandHandler, EventReader, Projector, ReadModel, StreamName } from "refold"
import { Book } from "./Book.ts"
import { codec } from "./BookEvents.ts"
import { Readers } from "./Readers.ts"
import { store } from "./Store.ts"

const handle = CommandHandler.make(Book)

const program = Effect.gen(function*() {
  const loan = yield* handle("dune", { _tag: "Lend", to: "ada", weeks: 2 }, { idempotencyKey: "loan-1" })

  // The first loan, stored by the old code, and the one above: as they are stored, and as the new code reads them.
  const { readStream } = yield* EventReader.EventReader
  const dune = yield* Stream.runCollect(readStream(Result.getOrThrow(StreamName.make("book", "dune"))))
  for (const stored of [dune[1]!, dune[loan.version - 1]!]) {
    const { data, schemaVersion, type, version } = stored
    yield* Console.log(`event ${version}: ${type}, schema version ${schemaVersion}`)
    yield* Console.log(`  stored as ${JSON.stringify(data)}`)
    // One event: a type that was split would give several.
    const [read] = yield* Effect.fromResult(codec.decode(stored))
    yield* Console.log(`  read as   ${JSON.stringify(read)}`)
  }

  // Builds the rows of version 2 from the first event on, and makes them live.
  yield* Projector.catchUp(Readers)
  const { rows } = yield* ReadModel.query(Readers, { index: "byLoans", descending: true })
  for (const { key, state } of rows) yield* Console.log(`${key}: ${JSON.stringify(state)}`)
})

await Effect.runPromise(Effect.provide(program, store))
