/** Step 7: a loan that spans two aggregates, carried out by a saga. */
import { ProcessHandler, ProcessInstances, ProcessRunner } from "refold"
import { Book } from "./Book.ts"
import { Card } from "./Card.ts"
import { Checkout } from "./Checkout.ts"
import { Request } from "./Request.ts"
import { Returns } from "./Returns.ts"
import { store } from "./Store.ts"

const handle = store.handler(Book)
const request = store.handler(Request)

const handlers = [ProcessHandler.of(Card), ProcessHandler.of(Book)]

// Carries out what has been requested so far, and ends when nothing is left to do.
const work = async () => {
  await store.effect(ProcessRunner.catchUp(Checkout, { handlers }))
  await store.effect(ProcessRunner.catchUp(Returns, { handlers }))
}

// What an instance observed and decided is in its own stream.
const show = async (id: string) => {
  const { state } = await store.effect(ProcessInstances.get(Checkout, id))
  console.log(`request ${id}: ${state.pending.phase}`)
  for (const { event } of await store.effect(ProcessInstances.history(Checkout, id))) {
    if (event._tag !== "ProcessReacted") continue
    const { decided, trigger } = event
    const what = trigger._tag === "Answered" ? `${trigger.label}: ${trigger.outcome._tag}` : trigger._tag
    const sent = decided.flatMap((one) =>
      one._tag === "Send" ? [`sends "${one.label}" to ${one.category}-${one.id}`] : []
    )
    console.log(`  ${[what, ...sent].join(", ")}`)
  }
}

const cardOf = async (reader: string) => JSON.stringify((await store.load(Card, reader)).state)

await handle("dune", { _tag: "Acquire", title: "Dune" })
await request("1", { book: "dune", reader: "ada", weeks: 2 })
await work()
await request("2", { book: "dune", reader: "bob", weeks: 2 })
await work()
await show("1")
await show("2")

console.log(`card of ada: ${await cardOf("ada")}`)
console.log(`card of bob: ${await cardOf("bob")}`)

await handle("dune", { _tag: "Return" })
await work()
console.log(`card of ada after the return: ${await cardOf("ada")}`)

await store.close()
