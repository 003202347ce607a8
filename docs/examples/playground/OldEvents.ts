/** The store in memory, with the events of step 5: in the first version, without weeks. */
import { DateTime, Effect, Layer, Result } from "effect"
import { EventIds, EventStore, ExpectedVersion, MemoryStore, StreamName } from "refold"

const stream = Result.getOrThrow(StreamName.make("book", "dune"))
const names = ["ada", "bob", "eve"]

const history = [
  { type: "BookAcquired", data: { title: "Dune" } },
  ...Array.from({ length: 125 }, (_, n) => names[n % 3]!).flatMap((name) => [
    { type: "BookLent", data: { to: name } },
    { type: "BookReturned", data: { by: name } }
  ])
]

const fill = Effect.gen(function*() {
  const { commit } = yield* EventStore.EventStore
  const newId = yield* EventIds.EventIds
  const stored = { schemaVersion: 1, metadata: {}, occurredAt: DateTime.makeUnsafe("2026-01-01T12:00:00Z") }
  const events = yield* Effect.forEach(history, (event) => Effect.map(newId, (id) => ({ ...stored, ...event, id })))
  yield* commit({ writes: [{ stream, expected: ExpectedVersion.NoStream, events }] })
})

export const store = Layer.effectDiscard(fill).pipe(Layer.provideMerge(MemoryStore.layer))
