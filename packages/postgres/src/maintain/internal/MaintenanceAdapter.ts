/** The port `Maintenance` on one database. Its implementation is loaded on first use, because most programs never use it. */
import type { SizeLimits } from "@refold/core/journal/SizeLimits"
import { Maintenance } from "@refold/store/maintain/Maintenance"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Database } from "../../schema/internal/Database.ts"

/** The limits of an import, and whether the database has one session. */
export interface Options {
  readonly limits: SizeLimits
  readonly hasOneSession: boolean
}

/** The service of a database. */
export const make = (database: Database, options: Options): Maintenance["Service"] => {
  const loaded = Effect.map(
    Effect.promise(() => import("./StoreMaintenance.ts")),
    (module) => module.make(database, options)
  )
  return Maintenance.of({
    wholeCommits: (upTo) => Effect.flatMap(loaded, ({ wholeCommits }) => wholeCommits(upTo)),
    keys: (upTo) => Stream.unwrap(Effect.map(loaded, ({ keys }) => keys(upTo))),
    discards: (upTo) => Stream.unwrap(Effect.map(loaded, ({ discards }) => discards(upTo))),
    consumers: (upTo) => Effect.flatMap(loaded, ({ consumers }) => consumers(upTo)),
    marks: Stream.unwrap(Effect.map(loaded, ({ marks }) => marks)),
    snapshots: Stream.unwrap(Effect.map(loaded, ({ snapshots }) => snapshots)),
    ownFindings: Effect.flatMap(loaded, ({ ownFindings }) => ownFindings),
    diagnoses: Effect.flatMap(loaded, ({ diagnoses }) => diagnoses),
    importInto: (isDryRun, body) => Effect.flatMap(loaded, ({ importInto }) => importInto(isDryRun, body)),
    abandonImport: Effect.flatMap(loaded, ({ abandonImport }) => abandonImport)
  })
}
