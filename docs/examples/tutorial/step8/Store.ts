/** The store: a schema of its own in the PostgreSQL at DATABASE_URL. */
import { PostgresStore } from "@refold/postgres"
import { Redacted } from "effect"

const url = process.env["DATABASE_URL"]
if (url === undefined) throw new Error("DATABASE_URL must be set: postgres://user:password@host:port/database")

export const store = PostgresStore.layer({ url: Redacted.make(url), schema: "library" })
