/*
 * A process that does nothing but run a projection (a tally), to be killed and suspended. It ends with the process that
 * started it.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Projector from "@refold/store/Projector"
import * as Rebuild from "@refold/store/Rebuild"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as PostgresStore from "../../src/PostgresStore.ts"
import type * as Daemons from "./Daemons.ts"
import { tally } from "./Tally.ts"

// Whoever started it wrote it.
const options = JSON.parse(process.argv[2]!) as Daemons.Started

process.stdin.on("end", () => process.exit()).resume()

const layer = Layer.provideMerge(
  PostgresStore.layerClient({ migrate: false, frozenAfter: options.frozenAfter ?? "10 seconds" }),
  PgClient.layer({ url: Redacted.make(options.url), applicationName: options.applicationName })
)

const projection = tally(options)
const pace = { batchSize: options.batchSize ?? 50 }
const work = options.rebuild === true
  ? Stream.runDrain(Rebuild.rebuild(projection, pace))
  : Projector.run(projection, pace)

await Effect.runPromise(Effect.provide(Effect.result(work), layer)).then((result) => {
  process.stdout.write(`ended: ${result._tag === "Failure" ? result.failure._tag : "done"}\n`)
  process.exit()
})
