/** The store of the first file, on a PostgreSQL server. */
// #region store
import { PostgresStore } from "@refold/postgres"
import { Config, Effect, Layer } from "effect"

const url = Config.Redacted("DATABASE_URL")

export const store = Layer.unwrap(Effect.map(url, (url) => PostgresStore.layer({ url })))
// #endregion
