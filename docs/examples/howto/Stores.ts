/** The stores to choose from. Each gives the same services, so the program stays as it is. */
import { PostgresStore } from "@refold/postgres"
import { Config, Effect, Layer } from "effect"
import { MemoryStore } from "refold"

// #region memory
export const memory = MemoryStore.layer
// #endregion

// #region embedded
export const embeddedIn = (folder: string) => PostgresStore.layerEmbedded({ dataDir: folder })
// #endregion

// #region server
// DATABASE_URL=postgres://user:password@host:5432/shop
export const server = Layer.unwrap(
  Effect.map(Config.Redacted("DATABASE_URL"), (url) => PostgresStore.layer({ url, maxConnections: 10 }))
)
// #endregion

// #region pooler
// Behind a pooler that shares connections between transactions, such as PgBouncer in transaction mode.
export const pooled = Layer.unwrap(
  Effect.map(Config.Redacted("DATABASE_URL"), (url) => PostgresStore.layer({ url, pooler: true }))
)
// #endregion

// #region tenants
// One store for each tenant, in a schema of its own.
export const storeOf = (tenant: string) =>
  Layer.unwrap(
    Effect.map(Config.Redacted("DATABASE_URL"), (url) => PostgresStore.layer({ url, schema: `tenant_${tenant}` }))
  )
// #endregion
