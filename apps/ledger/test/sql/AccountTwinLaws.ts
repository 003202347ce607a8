// The account in SQL equals the account in TypeScript, function by function. Each law takes many inputs at once, because a
// query costs more than what it computes, and the schema of the functions, for broken copies of them to be tried.
import * as Law from "@refold/laws/kit/Law"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import * as fc from "fast-check"
import * as Aggregate from "refold/Aggregate"
import * as EventId from "refold/EventId"
import * as Json from "refold/Json"
import { Position } from "refold/Position"
import type * as StreamName from "refold/StreamName"
import { StreamVersion } from "refold/StreamVersion"
import * as Account from "../../src/Account.ts"
import * as Arbitraries from "./AccountArbitraries.ts"
import { texts } from "./AccountOddities.ts"
import * as States from "./AccountStates.ts"

const { events: codec, decider } = Account.aggregate
const snapshots = Option.getOrThrow(Account.aggregate.snapshots)
const commands = Option.getOrThrow(Account.aggregate.commands)

const stream = "account-a" as StreamName.StreamName

/** A law about the functions in this schema. */
export type TwinLaw = (schema: string) => Law.Property<SqlClient.SqlClient>

const law = <Input>(
  name: string,
  inputs: fc.Arbitrary<Input>,
  sides: (input: Input) => { readonly sql: string; readonly input: string; readonly output: Json.Json }
): TwinLaw =>
(schema) =>
  Law.over(
    Law.make<ReadonlyArray<Input>, SqlClient.SqlClient>(name, (many) =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const asked = many.map(sides)
        const query = `SELECT ${asked[0]!.sql.replaceAll(/\bledger\./g, `"${schema}".`)} AS output
          FROM jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS i(input, number) ORDER BY i.number`
        const rows = yield* sql.unsafe<{ readonly output: Json.Json }>(query, [
          `[${asked.map(({ input }) => input).join(",")}]`
        ])
        return { left: rows.map(({ output }) => output), right: asked.map(({ output }) => output) }
      })),
    fc.array(inputs, { minLength: 1, maxLength: 30 })
  )

/** The text of an event as a row of the store's table. */
const rowOf = ({ data, schemaVersion, type }: Arbitraries.StoredEvent, index = 0): string =>
  `{"stream":"${stream}","version":${index + 1},"type":"${type}","schema_version":${schemaVersion},"data":${data}}`

// No type of the account is retired or split: a stored event is one event.
const decode = ({ data, schemaVersion, type }: Arbitraries.StoredEvent, index = 0) =>
  Result.map(
    codec.decode({
      ...unread,
      stream,
      type,
      schemaVersion,
      version: StreamVersion(index + 1),
      // A text of JSON.
      data: JSON.parse(data) as Json.Json
    }),
    ([event]) => event!
  )

const unread = {
  id: Result.getOrThrow(EventId.parse("00000000-0000-7000-8000-000000000001")),
  position: Position(1),
  metadata: {},
  occurredAt: DateTime.makeUnsafe(0),
  recordedAt: DateTime.makeUnsafe(0)
}

// Events and refusals are JSON by themselves.
const asJson = (value: unknown): Json.Json => Result.getOrThrow(Json.storable(value, "value"))
const stateOf = (state: Account.State): Json.Json => Result.getOrThrow(snapshots.encode(state))

/** By a running aggregate: the state after each event. */
export const foldAgrees = law(
  "fold_account equals the fold in TypeScript, state by state, on any stream",
  Arbitraries.histories,
  (history) => {
    let state = decider.initialState
    const states = history.map((event, index) => {
      state = decider.evolve(state, Result.getOrThrow(decode(event, index)))
      return stateOf(state)
    })
    return {
      sql: `(SELECT jsonb_agg(s.state ORDER BY s.version) FROM (
        SELECT e.version, ledger.fold_account(ledger.initial_account(), e::refold.event_store) OVER (ORDER BY e.version)
          AS state
        FROM jsonb_populate_recordset(NULL::refold.event_store, i.input) AS e
      ) AS s)`,
      input: `[${history.map(rowOf).join(",")}]`,
      output: states
    }
  }
)

/** Includes the problem of an invalid event. */
export const eventsAgree = law(
  "account_event equals the codec in TypeScript, for events of every version and for garbage",
  fc.oneof(Arbitraries.storedEvents, Arbitraries.oddEvents),
  (event) => ({
    sql: `(SELECT coalesce(ledger.event_problem(e) - 'reason', ledger.account_event(e))
      FROM jsonb_populate_record(NULL::refold.event_store, i.input) AS e)`,
    input: rowOf(event),
    output: Result.match(decode(event), {
      onSuccess: asJson,
      onFailure: ({ _tag, schemaVersion, stream, type, version, ...more }) => {
        const which = { _tag, schemaVersion, stream, type, version }
        return asJson("latest" in more ? { ...which, latest: more.latest } : which)
      }
    })
  })
)

/** For any command, and any state. */
export const decideAgrees = law(
  "decide_account equals the decider in TypeScript, event by event and refusal by refusal",
  fc.oneof(
    States.states,
    Arbitraries.histories.map((history) =>
      history.reduce((state, event) => decider.evolve(state, Result.getOrThrow(decode(event))), decider.initialState)
    )
  ).chain((state) =>
    fc.tuple(
      fc.oneof({ arbitrary: Arbitraries.commands, weight: 3 }, States.edgeCommands(state)),
      fc.constant(state)
    )
  ),
  ([command, state]) => ({
    sql: "ledger.decide_account(i.input -> 0, i.input -> 1)",
    input: JSON.stringify([Result.getOrThrow(commands.encode(command)), stateOf(state)]),
    output: Result.match(decider.decide(command, state), {
      onSuccess: (events) => ({ events: events.map((event) => asJson(Result.getOrThrow(codec.encode(event)))) }),
      onFailure: (refusal) => ({ refusal: asJson(refusal) })
    })
  })
)

/** In the form of `attempt` in `AccountTwin.ts`. */
export const checkAgrees = law(
  "check_command accepts exactly the commands that the schema in TypeScript accepts, with the same result",
  fc.oneof(Arbitraries.oddCommands, Arbitraries.commands.map((command) => JSON.stringify(command))),
  (text) => ({
    sql: "twin.attempt('SELECT ledger.check_command($1)', i.input)",
    input: text,
    output: Result.match(Aggregate.parseCommand(Account.aggregate, JSON.parse(text)), {
      onSuccess: (command) => ({ value: Result.getOrThrow(commands.encode(command)) }),
      onFailure: () => ({ error: "22023" })
    })
  })
)

/** So that a key used in one language is recognised in the other. */
export const fingerprintsAgree = law(
  "a command has the same fingerprint in SQL and in TypeScript",
  fc.tuple(
    texts,
    fc.oneof(Arbitraries.oddCommands, Arbitraries.commands.map((one) => JSON.stringify(one)))
  ),
  ([id, text]) => ({
    sql: `(SELECT CASE WHEN c.checked ? 'value' THEN
        to_jsonb(ledger.fingerprint_of(i.input ->> 0, c.checked -> 'value', 'key'))
      ELSE 'null' END FROM twin.attempt('SELECT ledger.check_command($1)', i.input -> 1) AS c(checked))`,
    input: `[${JSON.stringify(id)},${text}]`,
    output: Result.match(Aggregate.parseCommand(Account.aggregate, JSON.parse(text)), {
      onSuccess: (command) => Json.canonical(["account", id, Result.getOrThrow(commands.encode(command))]),
      onFailure: () => null
    })
  })
)

/** Otherwise a snapshot could be valid in one language only. */
export const statesAgree = law(
  "is_account accepts exactly the states that the schema in TypeScript accepts",
  fc.oneof(States.oddStates, States.states.map((state) => JSON.stringify(state))),
  (text) => ({
    sql: "to_jsonb(ledger.is_account(i.input))",
    input: text,
    output: Option.isSome(snapshots.decode(JSON.parse(text) as Json.Json))
  })
)

/** All of them. */
export const laws: ReadonlyArray<TwinLaw> = [
  foldAgrees,
  eventsAgree,
  decideAgrees,
  checkAgrees,
  fingerprintsAgree,
  statesAgree
]
