/** Step 4: rows that answer questions about all books at once. */
import { Book } from "./Book.ts"
import { Readers } from "./Readers.ts"
import { store } from "./Store.ts"

const handle = store.handler(Book)

const books = { dune: "Dune", emma: "Emma", ulysses: "Ulysses" }

// Keeps the rows up to date in the background, until the store is closed.
await store.project(Readers)

for (const [id, title] of Object.entries(books)) await handle(id, { _tag: "Acquire", title })
await handle("dune", { _tag: "Lend", to: "ada" })
await handle("emma", { _tag: "Lend", to: "bob" })
await handle("emma", { _tag: "Return" })
await handle("emma", { _tag: "Lend", to: "ada" })
const last = await handle("dune", { _tag: "Return" })

// Rows follow the events. To read its own writes, the program waits for the last of them.
const { rows } = await store.rows(Readers).after(last).query({ index: "byLoans", descending: true })
for (const { key, state } of rows) console.log(`${key}: ${JSON.stringify(state)}`)

await store.close()
