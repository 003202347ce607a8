// The idempotency keys of processes against a client that knows them: by the SQL API, by a role that may call append_events,
// and in the runner, after the owner of the store has put another commit under such a key.
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Fingerprint from "@refold/core/internal/journal/Fingerprint"
import type { PendingCommand } from "@refold/core/internal/process/PendingWork"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as Transfers from "@refold/laws/internal/process/Transfers"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import * as OutcomeRecorder from "@refold/store/internal/process/OutcomeRecorder"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as Stores from "../support/Stores.ts"

const saga = Transfers.make("moves", { confirmedByAnswer: true })
const jars = CommandHandler.make(Sample.aggregate)
const handlers = [ProcessHandler.of(Sample.aggregate), ProcessHandler.of(Transfers.aggregate)]
const catchUp = ProcessRunner.catchUp(saga, { handlers, commandAttempts: 1 })

const run = <E>(body: Effect.Effect<void, E, ProcessRunner.Services | PgClient.PgClient | Scope.Scope>) => () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const url = yield* freshDatabase()
    yield* Effect.provide(body, PostgresStore.layer({ url: Redacted.make(url) }))
  })))

/** A transfer of 4 of the 10 coins in jar "a", whose first command is pending. */
const pending = Effect.gen(function*() {
  yield* jars("a", { _tag: "Add", coins: 10, notes: [] })
  yield* CommandHandler.make(Transfers.aggregate)("1", { _tag: "Request", from: "a", to: "b", coins: 4 })
  yield* Projector.catchUp(ProcessRunner.observer(saga))
  const { state, stream } = yield* ProcessInstances.get(saga, "1")
  const [command] = state.pending.commands
  return { command: command!, id: OutcomeRecorder.idOf(stream, command!) }
})

const coinsOf = (jar: string) => Effect.map(State.load(Sample.aggregate, jar), ({ state }) => state.coins)

const end = Effect.gen(function*() {
  const { state } = yield* ProcessInstances.get(saga, "1")
  return [state.pending.phase, yield* coinsOf("a"), yield* coinsOf("b")]
})

const deposit = (key: string) =>
  `select version from refold.append_event('jar-client', 'CoinsAdded', '{"coins":1}', null, '${key}')`

const refusal = (sql: PgClient.PgClient, statement: string) =>
  Effect.match(sql.unsafe(statement), {
    onFailure: ({ reason }) => {
      const { code, message } = Object(reason.cause)
      return `${code} ${message}`
    },
    onSuccess: () => "done"
  })

const rule = "must not begin with \"refold:\": these keys are for commands that processes send"

test(
  "a deposit by SQL under the id of a saga's command changes nothing, and one under its key is refused",
  run(Effect.gen(function*() {
    const { id } = yield* pending
    const sql = yield* PgClient.PgClient
    yield* sql.unsafe(deposit(id))
    const key = `refold:${id}`
    const writes = `'[{"stream":"jar-client","events":[{"type":"CoinsAdded","data":{"coins":1}}]}]'`
    const attempts = [
      deposit(key),
      `select refold.commit_events(${writes}, '${key}')`,
      `select refold.first_answer('${key}', '')`
    ]
    const refusals = yield* Effect.forEach(attempts, (attempt) => refusal(sql, attempt))
    expect(refusals).toEqual(attempts.map(() => `22023 idempotency_key ${rule}`))
    yield* catchUp
    expect(yield* end).toEqual(["Succeeded", 6, 4])
  }))
)

test(
  "a role that may call append_events can store under a process's key only events that name the command as their cause",
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const opened = yield* Stores.open(yield* freshDatabase())
      const writer = yield* Stores.connect(yield* LoginRole.ofKind(opened, ["writer"]))
      const append = (key: string, metadata: string) =>
        `select (a.answer).outcome from refold.append_events(array['${key}'], array['given:x'], array[1], array['jar-client'], array[-1],
          array[1], array[gen_random_uuid()], array['CoinsAdded'], array[1::smallint], array['{"coins":1}'::jsonb],
          array['${metadata}'::jsonb], array['2026-01-01'::timestamptz]) as a`
      expect(yield* refusal(writer, append("refold:moves-1#1.0", "{}"))).toBe(`22023 idempotency_key ${rule}`)
      expect(yield* refusal(writer, append("refold:moves-1#1.0", "{\"causationId\":\"moves-1#1.1\"}"))).toContain(rule)
      expect(yield* refusal(writer, append("refold:moves-1#1.0", "{\"causationId\":\"moves-1#1.0\"}"))).toBe("done")
      const kept = yield* opened.sql<
        { readonly never_expires: boolean }
      >`select never_expires from refold.idempotency_keys`
      expect(kept).toEqual([{ never_expires: true }])
    })))
)

// With the owner's rights, because no function of the store does this.
const plant = (id: string, fingerprint: string) =>
  Effect.gen(function*() {
    const sql = yield* PgClient.PgClient
    yield* sql.unsafe(deposit("of the client"))
    yield* sql`update refold.idempotency_keys set key = ${`refold:${id}`},
      fingerprint = sha256(convert_to(${`given:${fingerprint}`}, 'UTF8')) where key = 'of the client'`
  })

const outcomes = Effect.map(
  ProcessInstances.history(saga, "1"),
  (history) =>
    history.flatMap(({ event }) =>
      "trigger" in event && event.trigger._tag === "Answered" ? [event.trigger.outcome] : []
    )
)

test.each([
  ["other content", () => "other"],
  ["the content of the command", (command: PendingCommand) => Fingerprint.ofCommand("jar", command.id, command.command)]
])(
  "a command whose key is used by another commit with %s fails, and the saga compensates",
  (_, fingerprintOf) =>
    run(Effect.gen(function*() {
      const { command, id } = yield* pending
      yield* plant(id, fingerprintOf(command))
      yield* catchUp
      expect(yield* end).toEqual(["Compensated", 10, 0])
      const reason = `the key "refold:${id}" of a process's command was used by another commit, in stream "jar-client"`
      expect((yield* outcomes)[0]).toEqual({ _tag: "Failed", reason: expect.stringContaining(reason) })
    }))()
)

test(
  "a command whose key is used by another commit can be given up",
  run(Effect.gen(function*() {
    const { command, id } = yield* pending
    yield* plant(id, "other")
    yield* ProcessInstances.giveUp(saga, "1", command, "its key is taken")
    expect((yield* outcomes)[0]).toEqual({ _tag: "GivenUp", reason: "its key is taken" })
  }))
)
