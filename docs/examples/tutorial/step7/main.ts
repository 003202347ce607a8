/** Step 7: a loan that spans two aggregates, carried out by a saga. */
import { Console, Effect } from "effect"
import { CommandHandler, ProcessHandler, ProcessInstances, ProcessRunner, State } from "refold"
import { Book } from "./Book.ts"
import { Card } from "./Card.ts"
import { Checkout } from "./Checkout.ts"
import { Request } from "./Request.ts"
import { Returns } from "./Returns.ts"
import { store } from "./Store.ts"

const handle = CommandHandler.make(Book)
const request = CommandHandler.make(Request)

// Carries out what has been requested so far, and ends when nothing is left to do.
const work = Effect.gen(function*() {
  yield* ProcessRunner.catchUp(Checkout, { handlers: [ProcessHandler.of(Card), ProcessHandler.of(Book)] })
  yield* ProcessRunner.catchUp(Returns, { handlers: [ProcessHandler.of(Card)] })
})

// What an instance observed and decided is in its own stream.
const show = Effect.fnUntraced(function*(id: string) {
  const { phase } = (yield* ProcessInstances.get(Checkout, id)).state.pending
  yield* Console.log(`request ${id}: ${phase}`)
  for (const { event } of yield* ProcessInstances.history(Checkout, id)) {
    if (event._tag !== "ProcessReacted") continue
    const { decided, trigger } = event
    const what = trigger._tag === "Answered" ? `${trigger.label}: ${trigger.outcome._tag}` : trigger._tag
    const sent = decided.flatMap((one) =>
      one._tag === "Send" ? [`sends "${one.label}" to ${one.category}-${one.id}`] : []
    )
    yield* Console.log(`  ${[what, ...sent].join(", ")}`)
  }
})

const program = Effect.gen(function*() {
  yield* handle("dune", { _tag: "Acquire", title: "Dune" })
  yield* request("1", { book: "dune", reader: "ada", weeks: 2 })
  yield* work
  yield* request("2", { book: "dune", reader: "bob", weeks: 2 })
  yield* work
  yield* show("1")
  yield* show("2")

  yield* Console.log(`card of ada: ${JSON.stringify((yield* State.load(Card, "ada")).state)}`)
  yield* Console.log(`card of bob: ${JSON.stringify((yield* State.load(Card, "bob")).state)}`)

  yield* handle("dune", { _tag: "Return" })
  yield* work
  yield* Console.log(`card of ada after the return: ${JSON.stringify((yield* State.load(Card, "ada")).state)}`)
})

await Effect.runPromise(Effect.provide(program, store))
