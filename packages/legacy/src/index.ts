/** From a mutable table to events. */
export * as LegacyMapping from "./LegacyMapping.ts"
export * as LegacyReport from "./LegacyReport.ts"
export * as LegacyTable from "./LegacyTable.ts"
