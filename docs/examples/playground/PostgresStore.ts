/** The store: PostgreSQL in this page. */
import { PostgresStore } from "@refold/postgres"

export const store = PostgresStore.layerEmbedded()
