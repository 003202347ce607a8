/** Step 5: a long history, its snapshot, and answers about the past. */
import { Console, DateTime, Effect, Option } from "effect"
import { AsOf, CommandHandler, PastRows, Snapshots, State } from "refold"
import { Book } from "./Book.ts"
import { Readers } from "./Readers.ts"
import { store } from "./Store.ts"

const handle = CommandHandler.make(Book)

const day = (n: number) => DateTime.add(DateTime.makeUnsafe("2026-01-01T12:00:00Z"), { days: n })

const names = ["ada", "bob", "eve"]

const program = Effect.gen(function*() {
  // A book that is lent each day at noon, and returned an hour later.
  yield* handle("dune", { _tag: "Acquire", title: "Dune" }, { occurredAt: day(0) })
  for (let n = 0; n < 125; n++) {
    yield* handle("dune", { _tag: "Lend", to: names[n % 3]! }, { occurredAt: day(n) })
    yield* handle("dune", { _tag: "Return" }, { occurredAt: DateTime.add(day(n), { hours: 1 }) })
  }

  // A snapshot is the fold of the events before it; a load folds the events after it.
  const now = yield* State.load(Book, "dune")
  const snapshot = yield* Snapshots.find(Book.snapshots, now.stream)
  const kept = Option.match(snapshot, { onNone: () => 0, onSome: ({ version }) => version })
  yield* Console.log(`${now.version} events; the snapshot holds ${kept}, so a load folds ${now.version - kept}.`)
  yield* Console.log(`now: ${JSON.stringify(now.state)}`)

  // The same fold up to an earlier point: a version, or a time of the domain.
  const tenth = yield* State.load(Book, "dune", { asOf: AsOf.version(10) })
  yield* Console.log(`at version 10: ${JSON.stringify(tenth.state)}`)
  const march = AsOf.occurredAt(DateTime.makeUnsafe("2026-03-01T12:30:00Z"))
  yield* Console.log(`on 1 March at 12:30: ${JSON.stringify((yield* State.load(Book, "dune", { asOf: march })).state)}`)

  // The rows of a projection as they were then, folded again from the log.
  const past = yield* PastRows.asOf(Readers, march)
  const { rows } = yield* past.query()
  for (const { key, state } of rows) yield* Console.log(`${key} on 1 March: ${JSON.stringify(state)}`)
}).pipe(Effect.scoped)

await Effect.runPromise(Effect.provide(program, store))
