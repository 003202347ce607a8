// On the embedded database: nothing here is about several connections.
import * as Suite from "@refold/laws/kit/Suite"
import * as EmbeddedStore from "../../../../packages/postgres/test/support/EmbeddedStore.ts"
import * as AccountTwin from "./AccountTwin.ts"
import { projectionsAgree, unreadableStops } from "./ProjectionLaws.ts"

Suite.layer("the balances in SQL", AccountTwin.on(EmbeddedStore.layer()), [
  projectionsAgree("ledger"),
  unreadableStops("ledger")
])
