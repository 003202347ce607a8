// On the embedded database: nothing here is about several connections.
import * as Suite from "@refold/laws/kit/Suite"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as AccountTwin from "./AccountTwin.ts"
import { laws } from "./AccountTwinLaws.ts"

Suite.layer(
  "the account in SQL",
  AccountTwin.on(PostgresStore.layerEmbedded()),
  laws.map((law) => law("ledger"))
)
