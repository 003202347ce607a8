/** Refold on PostgreSQL. */
export * as Embedded from "./Embedded.ts"
export * as NodeWatchdog from "./NodeWatchdog.ts"
export * as PostgresStore from "./PostgresStore.ts"
export * as ProjectionTables from "./ProjectionTables.ts"
export * as SqlProjection from "./SqlProjection.ts"
export * as SqlSchema from "./SqlSchema.ts"
