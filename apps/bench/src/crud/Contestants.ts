/** All ways to keep the books, each in a schema that is dropped in the end. */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { randomBytes } from "node:crypto"
import * as AtomicUpdate from "./AtomicUpdate.ts"
import type { Database } from "./Database.ts"
import * as EventBooks from "./EventBooks.ts"
import * as ReadThenWrite from "./ReadThenWrite.ts"

/** Opens them, empty. */
export const open = Effect.fnUntraced(function*({ isServer: notify }: Database) {
  const naive = yield* ReadThenWrite.naive(yield* freshSchema)
  const locked = yield* ReadThenWrite.locked(yield* freshSchema)
  const atomic = yield* AtomicUpdate.make(yield* freshSchema)
  const audited = yield* ReadThenWrite.audited(yield* freshSchema)
  const events = yield* EventBooks.make({ name: "events", schema: yield* freshSchema, inline: false, notify })
  const rows = yield* EventBooks.make({ name: "events + inline row", schema: yield* freshSchema, inline: true, notify })
  return { naive, locked, atomic, audited, events, rows, all: [naive, locked, atomic, audited, events, rows] }
})

/** All of them. */
export type Contestants = Effect.Success<ReturnType<typeof open>>

// Random, so that several runs on one server do not meet.
const freshSchema = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const schema = `crud_${randomBytes(6).toString("hex")}`
  return yield* Effect.acquireRelease(
    Effect.succeed(schema),
    () => Effect.ignore(sql`DROP SCHEMA IF EXISTS ${sql(schema)}, ${sql(`${schema}_rows`)} CASCADE`)
  )
})
