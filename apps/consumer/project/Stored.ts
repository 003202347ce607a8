/*
 * The README's example of @refold/postgres: the counter on a server, or on the embedded database.
 */
// #region store
import { openEmbedded, openPostgres } from "@refold/postgres/promise"
import { counter } from "./Counter.js"

const url = process.env["DATABASE_URL"]
const store = url === undefined
  ? await openEmbedded({ dataDir: "./counters" })
  : await openPostgres(url, { schema: "counters" })

const handle = store.handler(counter)
const { state, version } = await handle(crypto.randomUUID(), { _tag: "Count", by: 3 })

await store.close()
// #endregion

/** The state and the version after the command. */
export const stored = [state, version]
