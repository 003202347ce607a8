/** The names of the store's own migrations. Separate from their SQL, which is loaded only if a migration is due. */

/** All migrations, in the order in which they run. */
export const migrationNames = ["0001_baseline"] as const

/** The name of a migration. */
export type MigrationName = (typeof migrationNames)[number]

/** The table that records which migrations have run. */
export const migrationTable = "migrations"
