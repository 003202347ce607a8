// On the embedded database: these laws need one connection only.
import * as Suite from "@refold/laws/kit/Suite"
import * as EmbeddedStore from "../../../../packages/postgres/test/support/EmbeddedStore.ts"
import * as AccountTwin from "./AccountTwin.ts"
import { projectionsAgree, unreadableStops } from "./ProjectionLaws.ts"

Suite.layer("the balances in SQL", AccountTwin.on(EmbeddedStore.layer()), [
  projectionsAgree("ledger"),
  unreadableStops("ledger")
])
