/** Refold on PostgreSQL. */
export * as Embedded from "./Embedded.ts"
export * as LegacyMapping from "./LegacyMapping.ts"
export * as LegacyReport from "./LegacyReport.ts"
export * as LegacyTable from "./LegacyTable.ts"
export * as PostgresStore from "./PostgresStore.ts"
export * as ProjectionTables from "./ProjectionTables.ts"
export * as SqlProjection from "./SqlProjection.ts"
export * as SqlSchema from "./SqlSchema.ts"
