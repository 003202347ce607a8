// Random programs on a few accounts: events as facts and of commands, from SQL and from TypeScript, in any order, with
// projections brought up to date and snapshots taken in between.
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import * as fc from "fast-check"
import { randomUUID } from "node:crypto"
import type { EventId } from "refold/EventId"
import { EventStore } from "refold/EventStore"
import * as Projector from "refold/Projector"
import * as StreamName from "refold/StreamName"
import { StreamVersion } from "refold/StreamVersion"
import * as Account from "../../src/Account.ts"
import * as Accounts from "../../src/Accounts.ts"
import * as Balances from "../../src/projection/Balances.ts"
import * as Arbitraries from "./AccountArbitraries.ts"

const names = ["ada", "bob", "cleo"] as const
/** One of the accounts of a program. */
export type Name = typeof names[number]

/** One step of a program. */
export type Step =
  | {
    readonly does: "append"
    readonly from: "sql" | "typescript"
    readonly to: Name
    readonly event: Arbitraries.StoredEvent
  }
  | { readonly does: "handle"; readonly to: Name; readonly command: Account.Command; readonly key: string | undefined }
  | { readonly does: "snapshot"; readonly of: Name }
  | { readonly does: "refresh" }
  | { readonly does: "catch up"; readonly batch: number }
  | { readonly does: "project" }

// One of them with more events than the others.
const name: fc.Arbitrary<Name> = fc.constantFrom(...names, "ada")

const appends = (event: fc.Arbitrary<Arbitraries.StoredEvent>): fc.Arbitrary<Step> =>
  fc.record({ does: fc.constant("append"), from: fc.constantFrom("sql", "typescript"), to: name, event })

const stored = (type: string, data: object, schemaVersion = 1): Arbitraries.StoredEvent => ({
  type,
  schemaVersion,
  data: JSON.stringify(data)
})

// Any event at any time: repeated openings, early closings.
const turns = fc.oneof(
  fc.constantFrom("EUR", "USD").map((currency) =>
    stored("AccountOpened", { branch: "Prague", statements: "Monthly", currency }, 2)
  ),
  fc.constant(stored("AccountOpened", { branch: "Prague", statements: "Monthly" })),
  fc.constant(stored("AccountClosed", {})),
  // Often: only several limits on one account distinguish the last one from the highest one.
  { arbitrary: fc.nat(3).map((limit) => stored("OverdraftLimitChanged", { limit })), weight: 4 },
  fc.constant(stored("AccountFrozen", { reason: "a lost card" })),
  fc.constant(stored("AccountUnfrozen", {}))
)

const others: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      does: fc.constant("handle" as const),
      to: name,
      command: Arbitraries.commands,
      key: fc.option(fc.constantFrom("1", "2", "3"), { nil: undefined })
    }),
    weight: 4
  },
  fc.record({ does: fc.constant("snapshot" as const), of: name }),
  fc.record({ does: fc.constant("catch up" as const), batch: fc.integer({ min: 1, max: 7 }) }),
  fc.constant<Step>({ does: "refresh" }),
  fc.constant<Step>({ does: "project" })
)

const of = (events: fc.Arbitrary<Step>): fc.Arbitrary<ReadonlyArray<Step>> =>
  fc.array(fc.oneof({ arbitrary: events, weight: 6 }, { arbitrary: others, weight: 4 }), {
    minLength: 1,
    maxLength: 40
  })

const readable = fc.oneof(Arbitraries.storedEvents, turns)

/** Programs whose events can all be read. */
export const programs = of(appends(readable))

// Code in TypeScript waits for newer code at an event that is newer than the code, so such an event would stop all accounts.
const place = { stream: Result.getOrThrow(StreamName.make("account", "any")), version: StreamVersion(1) }
const isKnownVersion = (event: Arbitraries.StoredEvent): boolean =>
  Result.isSuccess(Account.codec.checkVersion({ ...place, ...event }))

/** Programs in which some events cannot be read. */
export const oddPrograms = of(fc.oneof(
  { arbitrary: appends(readable), weight: 4 },
  appends(Arbitraries.oddEvents.filter(isKnownVersion))
))

/** The place of a run: streams of its own, with the projections of this schema. */
export interface Place {
  readonly run: string
  readonly schema: string
}

/** The id of an account in this run. */
const idOf = ({ run }: Place, name: Name): string => `${run}-${name}`

/** The ids of all of them. */
export const idsOf = (place: Place): ReadonlyArray<string> => names.map((name) => idOf(place, name))

/** Streams that no other run writes to. */
export const fresh = (schema: string): Place => ({ run: randomUUID(), schema })

/** Runs a step. A refused command has no effect. */
export const take = Effect.fnUntraced(function*(place: Place, step: Step) {
  const sql = yield* SqlClient.SqlClient
  const ledger = sql(place.schema)
  switch (step.does) {
    case "append":
      return yield* append(idOf(place, step.to), step)
    case "handle": {
      const idempotencyKey = step.key && `${place.run} ${step.key}`
      return yield* Effect.ignore(Accounts.handle(idOf(place, step.to), step.command, { idempotencyKey }))
    }
    case "snapshot":
      return yield* Effect.ignore(sql`SELECT FROM ${ledger}.take_snapshot(${idOf(place, step.of)})`)
    case "refresh":
      return yield* sql`SELECT ${ledger}.refresh_balances()`
    case "catch up":
      return yield* sql`CALL ${ledger}.catch_up_balances(${step.batch})`
    case "project":
      return yield* Projector.catchUp(Balances.projection)
  }
})

// Inputs that no function accepts are not stored, such as numbers that a double cannot hold.
const append = (
  id: string,
  { event: { data, schemaVersion, type }, from }: Extract<Step, { readonly does: "append" }>
) => from === "sql" ? appendSql(id, type, schemaVersion, data) : appendTypeScript(id, type, schemaVersion, data)

const appendSql = Effect.fnUntraced(function*(id: string, type: string, schemaVersion: number, data: string) {
  const sql = yield* SqlClient.SqlClient
  return yield* Effect.ignore(sql`SELECT FROM refold.append_event(${`account-${id}`}, ${type}, ${data}::text::jsonb,
    schema_version => ${schemaVersion}::int)`)
})

const appendTypeScript = Effect.fnUntraced(function*(id: string, type: string, schemaVersion: number, data: string) {
  const store = yield* EventStore
  const event = {
    id: randomUUID() as EventId,
    type,
    schemaVersion,
    data: JSON.parse(data) as never,
    metadata: {},
    occurredAt: DateTime.makeUnsafe(0)
  }
  return yield* Effect.ignore(store.append(Result.getOrThrow(StreamName.make("account", id)), [event]))
})
