import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { describe, expect, it } from "vitest"
import type { Books } from "../../src/crud/Books.ts"
import * as Contestants from "../../src/crud/Contestants.ts"
import * as Database from "../../src/crud/Database.ts"
import * as TwoClients from "../../src/crud/TwoClients.ts"
import { onServer } from "./support/Databases.ts"

describe("of two deposits on one account, one of them based on an outdated read,", () => {
  it(
    "only the table without a lock loses one",
    onServer(async (run) => {
      const outcomes = await run(Effect.fnUntraced(function*(database) {
        const { all } = yield* Contestants.open(database)
        return yield* Effect.forEach(all, (books) =>
          Effect.map(
            TwoClients.interleave(books, Database.heldUp(database)),
            ({ actual }) => [books.name, actual]
          ))
      }))
      expect(outcomes).toEqual([
        ["read, then UPDATE", 130_00],
        ["SELECT … FOR UPDATE", 180_00],
        ["one atomic UPDATE", 180_00],
        ["FOR UPDATE + audit", 180_00],
        ["events", 180_00],
        ["events + inline row", 180_00]
      ])
    })
  )

  it(
    "a transaction of READ COMMITTED saves neither",
    onServer(async (run) => {
      const inTransaction = Effect.fnUntraced(function*(database: Database.Database) {
        const sql = yield* SqlClient.SqlClient
        const { naive } = yield* Contestants.open(database)
        const bookLate: Books["bookLate"] = (...late) => Effect.orDie(sql.withTransaction(naive.bookLate(...late)))
        return yield* TwoClients.interleave({ ...naive, bookLate }, Effect.void)
      })
      expect(await run(inTransaction)).toEqual({ expected: 180_00, actual: 130_00 })
    })
  )
})
