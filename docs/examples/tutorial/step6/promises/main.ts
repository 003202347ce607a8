/** Step 6: new code on the events that the code of step 5 stored. */
import { Result } from "effect"
import { Projector, StreamName } from "refold"
import { Book } from "./Book.ts"
import { codec } from "./BookEvents.ts"
import { Readers } from "./Readers.ts"
import { store } from "./Store.ts"

const handle = store.handler(Book)

const loan = await handle("dune", { _tag: "Lend", to: "ada", weeks: 2 }, { idempotencyKey: "loan-1" })

// The first loan, stored by the old code, and the one above: as they are stored, and as the new code reads them.
for await (const stored of store.readStream(Result.getOrThrow(StreamName.make("book", "dune")))) {
  const { data, schemaVersion, type, version } = stored
  if (version !== 2 && version !== loan.version) continue
  console.log(`event ${version}: ${type}, schema version ${schemaVersion}`)
  console.log(`  stored as ${JSON.stringify(data)}`)
  // One event: a type that was split would give several.
  const [read] = Result.getOrThrow(codec.decode(stored))
  console.log(`  read as   ${JSON.stringify(read)}`)
}

// Builds the rows of version 2 from the first event on, and makes them live.
await store.effect(Projector.catchUp(Readers))
const { rows } = await store.rows(Readers).query({ index: "byLoans", descending: true })
for (const { key, state } of rows) console.log(`${key}: ${JSON.stringify(state)}`)

await store.close()
