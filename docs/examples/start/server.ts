/** The store of the first file, on a PostgreSQL server. */
// #region store
import { PostgresStore } from "@refold/postgres"
import { Config, Effect, Layer } from "effect"

export const store = Layer.unwrap(Effect.gen(function*() {
  return PostgresStore.layer({ url: yield* Config.redacted("DATABASE_URL") })
}))
// #endregion
