/*
 * A process that only runs a projection (a tally), for tests that kill and suspend it. It ends with the process that
 * started it.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import type { ProjectionTarget } from "@refold/store/internal/project/ProjectionTarget"
import * as Projector from "@refold/store/project/Projector"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as PostgresStore from "../../src/PostgresStore.ts"
import type * as Daemons from "./Daemons.ts"
import { tally } from "./Tally.ts"

// The argument is written by `Daemons.start`.
const options = JSON.parse(process.argv[2]!) as Daemons.Input

process.stdin.on("end", () => process.exit()).resume()

const layer = Layer.provideMerge(
  PostgresStore.layerClient({ migrate: false, ownerIdleTimeout: options.ownerIdleTimeout ?? "1 hour" }),
  PgClient.layer({ url: Redacted.make(options.url), applicationName: options.applicationName })
)

const { hangsAfter = Infinity, rebuild = false, workers = 1 } = options
const pace = { batchSize: 50, workers }
const target = Projector.targetOf(tally(options))
const hanging: ProjectionTarget = {
  ...target,
  fold: (batch, events, ...rest) =>
    events.some(({ position }) => position > hangsAfter) ? Effect.never : target.fold(batch, events, ...rest)
}
const work = rebuild ? Stream.runDrain(Rebuild.rebuild(hanging, pace)) : Projector.run(hanging, pace)

await Effect.runPromise(Effect.provide(Effect.result(work), layer)).then((result) => {
  process.stdout.write(`ended: ${result._tag === "Failure" ? result.failure._tag : "done"}\n`)
  process.exit()
})
