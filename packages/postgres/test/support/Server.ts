/** The PostgreSQL adapter on a fresh database of the tests' server. */
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { freshDatabase } from "./freshDatabase.ts"

// For a machine with other work to do, on which a connection may take longer than the limits of an application.
const limits = { connectTimeout: "2 minutes", retryReadsFor: "2 minutes", retryAppendsFor: "2 minutes" } as const

/** A store that is dropped with the layer. */
export const layer = Layer.unwrap(
  Effect.map(
    freshDatabase(),
    (url) => PostgresStore.layer({ url: Redacted.make(url), maxConnections: 20, ...limits })
  )
)

/** One transaction of the client. */
export const transaction = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql.withTransaction(effect))
