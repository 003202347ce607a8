/** The step before a deployment: creates or updates the schema of the store, as the role that will own it. */
import { migrate } from "@refold/postgres/promise"

const url = process.env["DATABASE_URL"]

if (url === undefined) {
  console.log("DATABASE_URL is not set: the embedded database migrates itself when it is opened.")
} else {
  await migrate(url)
  console.log("The schema is up to date.")
}
