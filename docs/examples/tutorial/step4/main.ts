/** Step 4: rows that answer questions about all books at once. */
import { Console, Effect } from "effect"
import { CommandHandler, Projector, ReadModel } from "refold"
import { Book } from "./Book.ts"
import { Readers } from "./Readers.ts"
import { store } from "./Store.ts"

const handle = CommandHandler.make(Book)

const books = { dune: "Dune", emma: "Emma", ulysses: "Ulysses" }

const program = Effect.gen(function*() {
  // Keeps the rows up to date in the background, until the scope of the program closes.
  yield* Projector.start(Readers)

  for (const [id, title] of Object.entries(books)) yield* handle(id, { _tag: "Acquire", title })
  yield* handle("dune", { _tag: "Lend", to: "ada" })
  yield* handle("emma", { _tag: "Lend", to: "bob" })
  yield* handle("emma", { _tag: "Return" })
  yield* handle("emma", { _tag: "Lend", to: "ada" })
  const last = yield* handle("dune", { _tag: "Return" })

  // Rows follow the events. To read its own writes, the program waits for the last of them.
  yield* ReadModel.awaitPosition(Readers, last)

  const { rows } = yield* ReadModel.query(Readers, { index: "byLoans", descending: true })
  for (const { key, state } of rows) yield* Console.log(`${key}: ${JSON.stringify(state)}`)
}).pipe(Effect.scoped)

await Effect.runPromise(Effect.provide(program, store))
