/*
 * The client of an embedded database: the ordinary PgClient on a PGlite that is open in this process.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type * as PGliteSession from "./PGliteSession.ts"
import * as PGliteStream from "./PGliteStream.ts"

/** Provides `PgClient` and `SqlClient` on the PGlite that `open` returns, which no other code may use. */
export const layer = <E>(
  open: Effect.Effect<PGliteSession.Engine, E, Scope.Scope>
): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, E | SqlError.SqlError> =>
  PgClient.layerFrom(Effect.gen(function*() {
    const streams = PGliteStream.make(yield* open)
    // Finalizers run last to first: the pool, the streams, the database.
    yield* Effect.addFinalizer(() => Effect.promise(streams.close))
    return yield* PgClient.make({
      stream: streams.connect,
      ssl: false,
      username: "postgres",
      database: "postgres",
      maxMessageSize: 256 * 1024 * 1024
    })
  }))
