/** The store: a schema of its own in the PostgreSQL at DATABASE_URL. */
import { openPostgres } from "@refold/postgres/promise"

const url = process.env["DATABASE_URL"]
if (url === undefined) throw new Error("DATABASE_URL must be set: postgres://user:password@host:port/database")

export const store = await openPostgres(url, { schema: "library" })
