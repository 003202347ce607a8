/** Refold on PostgreSQL. */
export * as Embedded from "./embedded/Embedded.ts"
export * as PostgresStore from "./PostgresStore.ts"
export * as ProjectionTables from "./project/ProjectionTables.ts"
export * as SqlProjection from "./project/SqlProjection.ts"
export * as SqlSchema from "./schema/SqlSchema.ts"
