/** Storage: how much a schema grows by one operation. */
import * as Effect from "effect/Effect"
import type { Books } from "./Books.ts"
import * as Database from "./Database.ts"
import * as Turn from "./Turn.ts"
import * as Workload from "./Workload.ts"

/**
 * Runs a workload on fresh accounts, and compares the size of the schema before and after: growth including indexes, in
 * bytes for each operation that was not refused.
 */
export const measure = Effect.fnUntraced(function*(books: Books, size: Workload.Size, seed: number) {
  const workload = yield* Workload.make("stored", size, seed)
  yield* Turn.open(books, workload)
  const before = yield* Database.sizeOf(books.schema)
  const { done } = yield* Turn.run(books, workload)
  const bytes = (yield* Database.sizeOf(books.schema)) - before
  return { name: books.name, operations: done, bytes, bytesPerOperation: bytes / done }
})
