/** Refold on PostgreSQL. */
export * as Embedded from "./Embedded.ts"
export * as PostgresStore from "./PostgresStore.ts"
