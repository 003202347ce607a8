/**
 * Appending: one statement, one round trip, in the caller's transaction if there is one. An append whose answer was
 * lost with the connection is looked up by its event ids.
 */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import { type AppendError, IdempotencyConflict } from "@refold/core/journal/AppendError"
import * as Commit from "@refold/core/journal/Commit"
import type { InlineRow } from "@refold/store/log/EventStore"
import { EventStoreError, OutcomeUnknown } from "@refold/store/log/EventStoreError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as SqlError from "effect/sql/SqlError"
import * as AppendRows from "./AppendRows.ts"
import * as Database from "./Database.ts"
import { query } from "./Query.ts"

type Failure = AppendError | EventStoreError | OutcomeUnknown

/** Stores a commit, and rows of inline projections with it. */
export const append = Effect.fnUntraced(function*(
  database: Database.Database,
  commit: Commit.Commit,
  inline: ReadonlyArray<InlineRow> = []
): Effect.fn.Return<Commit.Appended, Failure> {
  const checked = yield* Effect.fromResult(Commit.check(commit))
  const insideTransaction = yield* database.inTransaction
  return yield* insideTransaction
    // What becomes of it is the caller's transaction's affair.
    ? Effect.catchTag(send(database, checked, inline), "SqlError", (error) => failed(error))
    : sendUntilKnown(database, checked, inline)
})

const send = (
  database: Database.Database,
  commit: Commit.Commit,
  inline: ReadonlyArray<InlineRow>
): Effect.Effect<Commit.Appended, AppendError | SqlError.SqlError> => {
  const parameters = AppendRows.parameters(commit)
  const sent = inline.length === 0
    ? database.query<AppendRows.AnswerRow>("queries/append_events", parameters)
    : database.query<AppendRows.AnswerRow>("queries/append_events_inline", {
      ...parameters,
      ...AppendRows.inlineParameters(inline)
    })
  return Effect.flatMap(sent, (rows) =>
    Arr.isReadonlyArrayNonEmpty(rows)
      ? Effect.fromResult(AppendRows.answer(commit, rows))
      : Effect.die(new Error("append_events gave no answer")))
}

/** The first answer to an idempotency key, None for a new one. */
export const findAppended = Effect.fnUntraced(function*(
  database: Database.Database,
  idempotency: Commit.FingerprintedKey
): Effect.fn.Return<Option.Option<Commit.Appended>, IdempotencyConflict | InvalidInput | EventStoreError> {
  const { fingerprint, key } = yield* Effect.fromResult(Commit.checkIdempotency(idempotency))
  const given = Commit.givenFingerprint(fingerprint)
  const rows = yield* query<AppendRows.AnswerRow>(database, "find appended", "queries/find_appended", {
    key,
    fingerprint: given
  })
  if (!Arr.isReadonlyArrayNonEmpty(rows)) return Option.none()
  if (rows[0].outcome === "idempotency_conflict") return yield* new IdempotencyConflict({ key })
  return Option.some(AppendRows.appended(rows, true))
})

// How often an append that was lost and not stored is sent again: more often than a pool has connections that may all
// turn out dead. Sending it twice is safe: its event ids, or its key, let only one of the copies through.
const maxSends = 20

const sendUntilKnown = Effect.fnUntraced(function*(
  database: Database.Database,
  commit: Commit.Commit,
  inline: ReadonlyArray<InlineRow>
): Effect.fn.Return<Commit.Appended, Failure> {
  for (let sends = 1;; sends++) {
    const sent = yield* Effect.result(sendAgainWhileNothingIsStored(database, commit, inline))
    if (sent._tag === "Success") return sent.success
    const error = sent.failure
    const isLost = error._tag === "SqlError" && Database.isDisconnect(error) && !Database.isRefusedConnect(error)
    if (!isLost && sends === 1) return yield* error._tag === "SqlError" ? failed(error) : Effect.fail(error)
    // A refusal of a copy may be due to the first, which arrived after all.
    const stored = yield* lookUp(database, commit)
    if (Option.isSome(stored)) return stored.value
    if (isLost && sends < maxSends) continue
    // An earlier copy may still arrive, so nobody can say that nothing is stored.
    return yield* error._tag === "SqlError" ? unknown(commit, error) : Effect.fail(error)
  }
})

const sendAgainWhileNothingIsStored = (
  database: Database.Database,
  commit: Commit.Commit,
  inline: ReadonlyArray<InlineRow>
) =>
  Effect.retry(send(database, commit, inline), {
    while: (error) => error._tag === "SqlError" && isWorthAnother(error),
    schedule: Database.reconnecting
  })

// The table of rows that is missing was dropped since it was looked up: the next time it is not found.
const isWorthAnother = (error: SqlError.SqlError): boolean =>
  Database.isTransient(error) || Database.isRefusedConnect(error) || Database.isMissingTable(error)

/** Where the events of a lost append are, None if they are not stored. Waits for its transaction to be over. */
const lookUp = (
  database: Database.Database,
  commit: Commit.Commit
): Effect.Effect<Option.Option<Commit.Appended>, OutcomeUnknown> => {
  const find = database.query<FoundRow>("queries/find_stored", {
    streams: commit.writes.map(({ stream }) => stream),
    keys: [commit.idempotency?.key ?? ""],
    ids: commit.writes.flatMap(({ events }) => events.map(({ id }) => id))
  })
  return Effect.retry(find, { while: Database.isDisconnect, schedule: Database.reconnecting }).pipe(
    Effect.map((rows) => found(commit, rows)),
    Effect.catch((error) => unknown(commit, error))
  )
}

type FoundRow = Omit<AppendRows.AnswerRow, "outcome" | "event_id"> & { readonly events: bigint }

const found = (commit: Commit.Commit, rows: ReadonlyArray<FoundRow>): Option.Option<Commit.Appended> => {
  const inOrder = commit.writes.flatMap(({ events, stream }) =>
    rows.filter((row) => row.stream === stream && Number(row.events) === events.length)
  )
  return Arr.isReadonlyArrayNonEmpty(inOrder) && inOrder.length === commit.writes.length
    ? Option.some(AppendRows.appended(inOrder, false))
    : Option.none()
}

const failed = (error: SqlError.SqlError): Effect.Effect<never, EventStoreError> =>
  Effect.fail(new EventStoreError({ operation: "append", cause: Database.explain(error) }))

const unknown = (commit: Commit.Commit, error: SqlError.SqlError): Effect.Effect<never, OutcomeUnknown> =>
  Effect.fail(
    new OutcomeUnknown({
      eventIds: commit.writes.flatMap(({ events }) => events.map(({ id }) => id)),
      cause: Database.explain(error)
    })
  )
