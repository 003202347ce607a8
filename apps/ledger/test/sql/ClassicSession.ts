// A session on the embedded database that begins as a student's does: SET search_path = ledger.
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as SqlClient from "effect/sql/SqlClient"
import { afterAll } from "vitest"
import * as EmbeddedStore from "../../../../packages/postgres/test/support/EmbeddedStore.ts"
import * as AccountTwin from "./AccountTwin.ts"
import * as HandlerTwin from "./HandlerTwin.ts"

/** Runs statements in the session. Each statement is a transaction. */
export const start = () => {
  const runtime = ManagedRuntime.make(AccountTwin.on(EmbeddedStore.layer()))
  afterAll(() => runtime.dispose())

  const inSession = (text: string) =>
    Effect.flatMap(SqlClient.SqlClient, (sql) =>
      sql.withTransaction(
        Effect.andThen(sql`SET LOCAL search_path = ledger`, sql.unsafe<Record<string, unknown>>(text))
      ))

  return {
    run: runtime.runPromise,
    /** The rows. */
    type: (text: string) => runtime.runPromise(inSession(text)),
    /** The error message of a refused statement. */
    refusal: (text: string) =>
      runtime.runPromise(Effect.map(Effect.flip(inSession(text)), (error) => {
        const { code, detail, message } = HandlerTwin.serverError(error)
        return { code, detail, message }
      }))
  }
}

/** The data of a deposit or a withdrawal of 5.00. */
export const money = "'{\"amount\": 500, \"currency\": \"CZK\", \"channel\": \"Cash\"}'"
