/** The store: on the server that DATABASE_URL names, after `npm run migrate`; without it embedded, in the folder `data`. */
import { PostgresStore } from "@refold/postgres"
import { Layer, Redacted } from "effect"
import { telemetry } from "./Telemetry.ts"

const url = process.env["DATABASE_URL"]

const database = url === undefined
  ? PostgresStore.layerEmbedded({ dataDir: "./data" })
  : PostgresStore.layer({ url: Redacted.make(url), migrate: false })

export const store = Layer.provideMerge(database, telemetry)
