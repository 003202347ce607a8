/** Step 3: the same decisions, with the events in a store. */
import { Book } from "./Book.ts"
import { store } from "./Store.ts"

const handle = store.handler(Book)

// A command that is sent twice under one key is stored once.
await handle("dune", { _tag: "Acquire", title: "Dune" }, { idempotencyKey: "delivery-1" })
await handle("dune", { _tag: "Acquire", title: "Dune" }, { idempotencyKey: "delivery-1" })

// Two desks at the same moment: one lends the book, the other decides again and refuses.
const desks = await Promise.all(["ada", "bob"].map((to) => handle.try("dune", { _tag: "Lend", to })))
for (const { ok } of desks) console.log(`lend: ${ok ? "Success" : "Failure"}`)
await handle("dune", { _tag: "Return" })

const { state, version } = await store.load(Book, "dune")
console.log(`dune at version ${version}: ${JSON.stringify(state)}`)

for await (const { stream, type, version } of store.readAll()) console.log(`${stream} ${version}: ${type}`)

await store.close()
