// On the embedded database: nothing here is about several connections.
import * as Suite from "@refold/laws/kit/Suite"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as AccountTwin from "./AccountTwin.ts"
import { projectionsAgree, unreadableStops } from "./ProjectionLaws.ts"

Suite.layer("the balances in SQL", AccountTwin.on(PostgresStore.layerEmbedded()), [
  projectionsAgree("ledger"),
  unreadableStops("ledger")
])
