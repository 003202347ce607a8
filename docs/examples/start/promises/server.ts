/** The store of the first file, on a PostgreSQL server. */
// #region store
import { openPostgres } from "@refold/postgres/promise"

const url = process.env["DATABASE_URL"]
if (url === undefined) throw new Error("DATABASE_URL must be set")

export const store = await openPostgres(url)
// #endregion
