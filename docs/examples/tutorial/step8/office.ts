/** A program that does the work behind the desk: rows, checkouts and returns. Any number of them may run. */
import { Console, Effect } from "effect"
import { ProcessHandler, ProcessRunner, Projector } from "refold"
import { Book } from "./Book.ts"
import { Card } from "./Card.ts"
import { Checkout } from "./Checkout.ts"
import { Readers } from "./Readers.ts"
import { Returns } from "./Returns.ts"
import { store } from "./Store.ts"

const handlers = [ProcessHandler.of(Card), ProcessHandler.of(Book)]

const program = Effect.gen(function*() {
  yield* Projector.start(Readers)
  yield* ProcessRunner.start(Checkout, { handlers })
  yield* ProcessRunner.start(Returns, { handlers })
  yield* Console.log("open")
  yield* Effect.never
}).pipe(Effect.scoped)

await Effect.runPromise(Effect.provide(program, store))
