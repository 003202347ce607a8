// Export and import on a server and on the embedded database: each store is a schema of its own.
import * as WholeStoreSuite from "@refold/laws/maintain/WholeStoreSuite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as EmbeddedStore from "../support/EmbeddedStore.ts"
import { layer } from "../support/Server.ts"

let stores = 0

const store = Layer.unwrap(
  Effect.sync(() => PostgresStore.layerClient({ schema: `store_${++stores}`, notify: false }))
)

WholeStoreSuite.suite("export and import on a server", store, layer, { runs: 6 })

WholeStoreSuite.suite("export and import, embedded", store, EmbeddedStore.layer(), { runs: 3 })
