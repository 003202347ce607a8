/** Exports, imports and checks of a whole store on one database. Loaded on first use. */
import type { SizeLimits } from "@refold/core/journal/SizeLimits"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import { StoreNotEmpty } from "@refold/store/maintain/ImportError"
import { type ImportTarget, Maintenance } from "@refold/store/maintain/Maintenance"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Database } from "../../schema/internal/Database.ts"
import * as Query from "../../schema/internal/Query.ts"
import * as Doctor from "./Doctor.ts"
import * as ExportReads from "./ExportReads.ts"
import * as ImportTables from "./ImportTables.ts"
import * as ImportTargetAdapter from "./ImportTargetAdapter.ts"
import type { Options } from "./MaintenanceAdapter.ts"
import * as VerifyReads from "./VerifyReads.ts"

/** The service of a database. */
export const make = (database: Database, { hasOneSession, limits }: Options): Maintenance["Service"] => {
  const { object, sql } = database
  return Maintenance.of({
    wholeCommits: (upTo) => ExportReads.wholeCommits(database, upTo),
    keys: (upTo) => ExportReads.keys(database, upTo),
    discards: (upTo) => ExportReads.discards(database, upTo),
    consumers: (upTo) => ExportReads.consumers(database, upTo),
    marks: VerifyReads.marks(database),
    snapshots: VerifyReads.snapshots(database),
    ownFindings: VerifyReads.ownFindings(database),
    diagnoses: Doctor.diagnoses(database, hasOneSession),
    importInto: (isDryRun, body) =>
      isDryRun
        ? Query.transaction(database, "import", Effect.flatMap(dryTarget(database, limits), body))
        : Effect.andThen(refuseTransaction(database), body(ImportTargetAdapter.ofStore(database, limits))),
    abandonImport: Effect.map(
      Query.query(
        database,
        "abandon import",
        sql<{ readonly abandoned: boolean }>`SELECT ${object("abandon_import")}() AS abandoned`
      ),
      ([row]) => row!.abandoned
    )
  })
}

// A rollback would lose the import, and its locks would be held until the end of the transaction.
const refuseTransaction = Effect.fnUntraced(function*(database: Database): Effect.fn.Return<void, EventStoreError> {
  if (yield* database.inTransaction) {
    return yield* new EventStoreError({ operation: "import", cause: "an import must not run in a transaction" })
  }
})

// The target of a dry run fills temporary tables.
const dryTarget = Effect.fnUntraced(function*(
  database: Database,
  limits: SizeLimits
): Effect.fn.Return<ImportTarget, EventStoreError> {
  const tables = yield* Effect.mapError(
    ImportTables.temporary(database),
    (error) => Query.failed(database, "import", error)
  )
  const consumers = new Set<string>()
  return {
    ...ImportTargetAdapter.facts(database, limits, tables),
    begin: () => Effect.as(checkEmpty(database), ImportTargetAdapter.unstarted),
    write: (batch) => {
      if (batch.kind !== "consumer") {
        return ImportTargetAdapter.orTaken(ImportTargetAdapter.store(database, tables, batch))
      }
      const taken = batch.items.findIndex(({ consumer }) => consumers.size === consumers.add(consumer).size)
      return Effect.succeed(taken < 0 ? Option.none() : Option.some(taken))
    },
    finish: () => Effect.void
  }
})

const checkEmpty = Effect.fnUntraced(function*(
  database: Database
): Effect.fn.Return<void, StoreNotEmpty | EventStoreError> {
  const { object, sql } = database
  const [row] = yield* Query.query(
    database,
    "import",
    sql<{ readonly has: string | null }>`SELECT ${object("store_content")}() AS has`
  )
  if (row!.has !== null) return yield* new StoreNotEmpty({ has: row!.has })
})
