// A command to the ledger, in SQL or in TypeScript, and its answer in a common form.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import * as AppendError from "refold/AppendError"
import * as CommandHandler from "refold/CommandHandler"
import { CommandInvalid } from "refold/CommandInvalid"
import * as ExpectedVersion from "refold/ExpectedVersion"
import { InvalidInput } from "refold/InvalidInput"
import * as Json from "refold/Json"
import * as Snapshots from "refold/Snapshots"
import { PartRefused } from "refold/Together"
import * as Account from "../../src/Account.ts"
import * as Accounts from "../../src/Accounts.ts"
import { transferAtOnce } from "../../src/TransferAtOnce.ts"
import type * as TransferMoney from "../../src/TransferMoney.ts"

const snapshots = Option.getOrThrow(Account.aggregate.snapshots)

/** A command for an account. An expected version of -2 is an account with any events. */
export interface Ask {
  readonly account: string
  readonly command: Account.Command
  readonly key?: string | undefined
  readonly expected?: number | undefined
}

/** A transfer in one commit. */
export interface Transfer extends Omit<TransferMoney.Data, "id"> {
  readonly key?: string | undefined
}

const asJson = (value: unknown): Json.Json => Result.getOrThrow(Json.storable(value, "answer"))

// Without a cache, so that it loads from snapshots.
const forgetful = CommandHandler.make(Account.aggregate, { cache: 0 })

const numberOf = (expected: ExpectedVersion.ExpectedVersion): number => {
  switch (expected._tag) {
    case "Any":
      return -1
    case "StreamExists":
      return -2
    case "NoStream":
      return 0
    case "Exact":
      return expected.version
  }
}

const expectedOf = (expected: number | undefined): ExpectedVersion.ExpectedVersion | undefined => {
  if (expected === undefined) return undefined
  return expected === -2 ? ExpectedVersion.StreamExists : ExpectedVersion.Exact(expected)
}

const failureOf = (error: unknown): Json.Json => {
  if (error instanceof AppendError.VersionConflict) {
    const { actual, expected, stream } = error
    return { _tag: "VersionConflict", stream, expected: numberOf(expected), actual: Option.getOrElse(actual, () => 0) }
  }
  if (error instanceof AppendError.IdempotencyConflict) return { _tag: "IdempotencyConflict", key: error.key }
  if (error instanceof InvalidInput || error instanceof CommandInvalid) return { _tag: "InvalidInput" }
  if (error instanceof PartRefused) {
    return { _tag: "PartRefused", stream: error.stream, refusal: asJson(error.refusal) }
  }
  // A failure that is not an Error is a refusal.
  return error instanceof Error ? { _tag: "Failed", message: String(error) } : asJson(error)
}

const answerOf = <A, E, R>(effect: Effect.Effect<A, E, R>, success: (answer: A) => Json.Json) =>
  Effect.match(effect, { onSuccess: success, onFailure: failureOf })

/** Sends a command in TypeScript. */
export const ask = ({ account, command, expected, key }: Ask, { remembers = true } = {}) =>
  answerOf(
    (remembers ? Accounts.handle : forgetful)(account, command, {
      idempotencyKey: key,
      expected: expectedOf(expected)
    }),
    ({ deduplicated, events, state, version }) => ({
      deduplicated,
      version,
      events: asJson(events),
      state: Result.getOrThrow(snapshots.encode(state))
    })
  )

/** Transfers in TypeScript. */
export const transfer = ({ key, ...movement }: Transfer) =>
  // SQL locks and then reads, so concurrent handlers in TypeScript have more conflicts than without it.
  answerOf(transferAtOnce(movement, { idempotencyKey: key, retries: 100 }), (appended) => {
    const { deduplicated, streams } = Option.getOrThrow(appended)
    return streams.map(({ firstVersion, stream, version }) => ({ stream, firstVersion, version, deduplicated }))
  })

/** Saves a snapshot of an account in TypeScript. */
export const remember = (account: string) =>
  Effect.flatMap(Accounts.load(account), (loaded) => Snapshots.save(Account.aggregate, loaded))

/** The fields of a server's error. */
interface ServerError {
  readonly code?: string
  readonly message?: string
  readonly detail?: string
}

/** The error of the server. */
export const serverError = (error: SqlError.SqlError): ServerError => error.reason.cause as ServerError

const sqlFailureOf = (error: SqlError.SqlError): Json.Json => {
  const { code, detail = "{}", message } = serverError(error)
  switch (code) {
    case "ML001":
      return JSON.parse(detail) as Json.Json
    case "RF001":
      return { _tag: "VersionConflict", ...JSON.parse(detail) as object }
    case "RF002":
      return { _tag: "IdempotencyConflict", ...JSON.parse(detail) as object }
    case "22023":
      return { _tag: "InvalidInput" }
    default:
      return { _tag: "Failed", message: `${code}: ${message}` }
  }
}

/** Sends a command in SQL, in a schema of these functions. */
export const inSql = (schema: string) => {
  const call = (text: string, parameters: ReadonlyArray<unknown>) =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const [row] = yield* sql.unsafe<{ readonly output: Json.Json }>(text.replaceAll(/\bledger\./g, `"${schema}".`), [
        ...parameters
      ])
      return row!.output
    }).pipe(Effect.catch((error) => Effect.succeed(sqlFailureOf(error))))
  return {
    ask: ({ account, command, expected, key }: Ask) =>
      call(
        `SELECT to_jsonb(h) - '{stream,position,recorded_at}'::text[] AS output
         FROM ledger.handle($1, $2::text::jsonb, $3::bigint, $4::text) AS h`,
        [account, JSON.stringify(command), expected ?? null, key ?? null]
      ),
    transfer: ({ amount, currency, from, key, purpose, to }: Transfer) =>
      call(
        `SELECT jsonb_agg(jsonb_build_object(
           'stream', t.stream, 'firstVersion', t.first_version, 'version', t.version, 'deduplicated', t.deduplicated
         )) AS output
         FROM ledger.handle_transfer($1, $2, $3::text::numeric, $4, $5::text, $6::text, NULL, NULL, NULL) AS t`,
        [from, to, String(amount), currency, purpose ?? null, key ?? null]
      ),
    remember: (account: string) => call("SELECT to_jsonb(ledger.take_snapshot($1)) AS output", [account])
  }
}
