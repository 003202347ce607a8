/** The migration of a database of the page. */
import type { PGlite } from "@electric-sql/pglite"
import * as EmbeddedClient from "@refold/postgres/internal/embedded/EmbeddedClient"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as References from "effect/References"

/** Makes an empty store. Without the warning of a superuser: the database has no other role. */
export const make = (db: PGlite): Promise<void> =>
  PostgresStore.migrate().pipe(
    Effect.provide(EmbeddedClient.layer(Effect.succeed(db))),
    Effect.provideService(References.MinimumLogLevel, "Error"),
    Effect.runPromise
  )
