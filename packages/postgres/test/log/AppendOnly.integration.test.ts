// The database keeps events append-only: it refuses to change or remove one, also for the owner.
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import { describe, expect, test } from "vitest"
import * as LoginRole from "../support/LoginRole.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const code = ({ reason: { cause } }: SqlError.SqlError): unknown =>
  typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined

const event = `gen_random_uuid(), 'Happened', 1, '{}', '{}', now(), now()`
const columns = "stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at"

/** Statements that would change or remove events; `{all}` is a condition on every row, `{none}` on none. */
const changes: Record<string, string> = {
  UPDATE: "update refold.event_store set data = '1'",
  "UPDATE of no row": "update refold.event_store set data = '1' where false",
  DELETE: "delete from refold.event_store",
  "DELETE of no row": "delete from refold.event_store where position < 0",
  TRUNCATE: "truncate refold.event_store",
  "TRUNCATE CASCADE": "truncate refold.event_store cascade",
  "TRUNCATE CASCADE of a table it refers to": "truncate referred cascade",
  "a DELETE that cascades from a table it refers to": "delete from referred",
  "TRUNCATE RESTART IDENTITY": "truncate refold.event_store restart identity",
  "MERGE that updates": `merge into refold.event_store e using (values (1)) v (n) on true
    when matched then update set data = '1'`,
  "MERGE that deletes": "merge into refold.event_store e using (values (1)) v (n) on true when matched then delete",
  "INSERT … ON CONFLICT DO UPDATE": `insert into refold.event_store (${columns})
    values ('thing-1', 1, ${event}) on conflict (stream, version) do update set data = '1'`,
  "UPDATE through a WITH": "with gone as (delete from refold.event_store returning *) select count(*) from gone",
  "DELETE through an SQL view": "delete from events",
  "UPDATE after the type of the transaction is set": "update only refold.event_store set data = '1'"
}

describe("the owner of the table", () => {
  test(
    "cannot change it by any statement, and its rows stay the same",
    run(Effect.gen(function*() {
      const { sql, store } = yield* Stores.Database
      yield* store.append(Stores.streamName("thing-1"), [Stores.event(), Stores.event()])
      yield* sql`create view events as select * from refold.event_store`
      const before = yield* sql`select * from refold.event_store order by position`
      // In a transaction that is rolled back: the reference does not stay.
      const attempt = (statement: string) =>
        sql.withTransaction(Effect.gen(function*() {
          yield* sql`create table referred (id uuid primary key)`
          yield* sql`insert into referred select event_id from refold.event_store`
          yield* sql`alter table refold.event_store add foreign key (event_id) references referred on delete cascade`
          return yield* Effect.fail(yield* Effect.flip(sql.unsafe(statement)))
        })).pipe(Effect.flip, Effect.map((error) => code(error as SqlError.SqlError)))
      const codes = yield* Effect.forEach(
        Object.entries(changes),
        ([name, statement]) => Effect.map(attempt(statement), (code) => [name, code])
      )
      expect(codes).toEqual(Object.keys(changes).map((name) => [name, "23001"]))
      expect(yield* sql`select * from refold.event_store order by position`).toEqual(before)
    }))
  )

  test(
    "gets an error with the reason and the remedy",
    run(Effect.gen(function*() {
      const { sql } = yield* Stores.Database
      const { reason: { cause } } = yield* Effect.flip(sql`delete from refold.event_store`)
      expect(cause).toMatchObject({
        message: "DELETE of event_store is refused: events are append-only",
        hint: "Append an event that corrects the earlier one."
      })
    }))
  )

  test(
    "is also refused in a session with session_replication_role = replica",
    run(Effect.gen(function*() {
      const { store, url } = yield* Stores.Database
      const stream = Stores.freshStream()
      yield* store.append(stream, [Stores.event()])
      const session = yield* Stores.connect(url)
      yield* session`set session_replication_role = replica`
      expect(code(yield* Effect.flip(session`delete from refold.event_store where stream = ${stream}`))).toBe("23001")
    }))
  )
})

test(
  "a role with all privileges on the table is refused like its owner",
  run(Effect.gen(function*() {
    const rights = [
      "usage on schema refold",
      "all on all tables in schema refold",
      "execute on all functions in schema refold"
    ]
    const session = yield* Stores.connect(yield* LoginRole.login(yield* Stores.Database, "everything", rights))
    for (const change of ["delete from", "truncate", "update"]) {
      const statement = `${change} refold.event_store${change === "update" ? " set data = '1'" : ""}`
      expect(code(yield* Effect.flip(session.unsafe(statement)))).toBe("23001")
    }
  }))
)
