/** Step 3: the same decisions, with the events in a store. */
import { Console, Effect, Stream } from "effect"
import { CommandHandler, EventReader, State } from "refold"
import { Book } from "./Book.ts"
import { store } from "./Store.ts"

const handle = CommandHandler.make(Book)

const program = Effect.gen(function*() {
  // A command that is sent twice under one key is stored once.
  yield* handle("dune", { _tag: "Acquire", title: "Dune" }, { idempotencyKey: "delivery-1" })
  yield* handle("dune", { _tag: "Acquire", title: "Dune" }, { idempotencyKey: "delivery-1" })

  // Two desks at the same moment: one lends the book, the other decides again and refuses.
  const desks = yield* Effect.forEach(
    ["ada", "bob"],
    (to) => Effect.result(handle("dune", { _tag: "Lend", to })),
    { concurrency: "unbounded" }
  )
  for (const { _tag } of desks) yield* Console.log(`lend: ${_tag}`)
  yield* handle("dune", { _tag: "Return" })

  const { state, version } = yield* State.load(Book, "dune")
  yield* Console.log(`dune at version ${version}: ${JSON.stringify(state)}`)

  const { readAll } = yield* EventReader.EventReader
  const events = yield* Stream.runCollect(readAll())
  for (const { stream, type, version } of events) yield* Console.log(`${stream} ${version}: ${type}`)
})

await Effect.runPromise(Effect.provide(program, store))
