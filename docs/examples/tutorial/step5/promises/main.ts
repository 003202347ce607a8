/** Step 5: a long history, its snapshot, and answers about the past. */
import { Option } from "effect"
import { AsOf, Snapshots } from "refold"
import { Book } from "./Book.ts"
import { Readers } from "./Readers.ts"
import { store } from "./Store.ts"

const handle = store.handler(Book)

const hour = 60 * 60 * 1000

const day = (n: number, hours = 0) => new Date(Date.parse("2026-01-01T12:00:00Z") + (n * 24 + hours) * hour)

const names = ["ada", "bob", "eve"]

// A book that is lent each day at noon, and returned an hour later.
await handle("dune", { _tag: "Acquire", title: "Dune" }, { occurredAt: day(0) })
for (let n = 0; n < 125; n++) {
  await handle("dune", { _tag: "Lend", to: names[n % 3]! }, { occurredAt: day(n) })
  await handle("dune", { _tag: "Return" }, { occurredAt: day(n, 1) })
}

// A snapshot is the fold of the events before it; a load folds the events after it.
const now = await store.load(Book, "dune")
const snapshot = await store.effect(Snapshots.find(Book.snapshots, now.stream))
const kept = Option.match(snapshot, { onNone: () => 0, onSome: ({ version }) => version })
console.log(`${now.version} events; the snapshot holds ${kept}, so a load folds ${now.version - kept}.`)
console.log(`now: ${JSON.stringify(now.state)}`)

// The same fold up to an earlier point: a version, or a time of the domain.
const tenth = await store.load(Book, "dune", { asOf: AsOf.version(10) })
console.log(`at version 10: ${JSON.stringify(tenth.state)}`)
const march = AsOf.occurredAt(new Date("2026-03-01T12:30:00Z"))
console.log(`on 1 March at 12:30: ${JSON.stringify((await store.load(Book, "dune", { asOf: march })).state)}`)

// The rows of a projection as they were then, folded again from the log.
const past = await store.pastRows(Readers, march)
const { rows } = await past.query()
for (const { key, state } of rows) console.log(`${key} on 1 March: ${JSON.stringify(state)}`)

await store.close()
