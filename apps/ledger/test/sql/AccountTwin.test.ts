// On the embedded database: these laws need one connection only.
import * as Suite from "@refold/laws/kit/Suite"
import * as EmbeddedStore from "../../../../packages/postgres/test/support/EmbeddedStore.ts"
import * as AccountTwin from "./AccountTwin.ts"
import { laws } from "./AccountTwinLaws.ts"

Suite.layer(
  "the account in SQL",
  AccountTwin.on(EmbeddedStore.layer()),
  laws.map((law) => law("ledger"))
)
