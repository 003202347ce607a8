// On a server, for several connections, and on the embedded database.
import * as Suite from "@refold/laws/kit/Suite"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as EmbeddedStore from "../../../../packages/postgres/test/support/EmbeddedStore.ts"
import { freshDatabase } from "../../../../packages/postgres/test/support/freshDatabase.ts"
import * as AccountTwin from "./AccountTwin.ts"
import { handlersTakeTurns } from "./HandlerRushLaws.ts"
import { handlersAgree } from "./HandlerTwinLaws.ts"

const server = Layer.unwrap(Effect.map(freshDatabase(), (url) => PostgresStore.layer({ url: Redacted.make(url) })))

Suite.layer("the handler in SQL, on the embedded database", AccountTwin.on(EmbeddedStore.layer()), [
  handlersAgree("ledger")
])

Suite.layer("the handler in SQL, on a server", AccountTwin.on(server), [
  handlersAgree("ledger"),
  handlersTakeTurns("ledger")
])
