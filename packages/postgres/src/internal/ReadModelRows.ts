/** What projections have made of the log, in the tables of the schema. */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Batches from "./Batches.ts"
import type { Database } from "./Database.ts"
import * as Generations from "./Generations.ts"
import * as OpenGeneration from "./OpenGeneration.ts"
import * as Parked from "./Parked.ts"
import { queryUnlessGone } from "./Query.ts"
import * as ReadRows from "./ReadRows.ts"
import * as StoredRows from "./StoredRows.ts"

/** The read model store of a database. */
export const make = (database: Database, options: Batches.Options): ReadModelStore["Service"] =>
  ReadModelStore.of({
    open: (projection) => OpenGeneration.open(database, projection),
    begin: (projection, status) => OpenGeneration.begin(database, projection, status),
    generations: (projection) =>
      Effect.map(Generations.list(database, { projection }), (rows) => rows.map(Generations.decode)),
    update: (generation, body, how) => Batches.update(database, options, generation, body, how),
    drop: (generation) => Generations.drop(database, generation),
    read: ReadRows.make(database),
    live: (projection) => Effect.map(Generations.findLive(database, projection), Generations.decode),
    listParked: (generation) => Parked.listParked(database, generation),
    listDiscarded: (projection) => Parked.listDiscarded(database, projection),
    catchUpRows: ({ name, version }, rows) => {
      if (rows.length === 0) return Effect.void
      const operation = "catch up rows"
      const caughtUp = queryUnlessGone(database, operation, "queries/catch_up_rows", {
        ...StoredRows.encode(rows),
        projections: rows.map(() => name),
        projection_versions: rows.map(() => version)
      })
      // A generation was dropped in between; the second time it is not among them.
      return caughtUp.pipe(
        Effect.flatMap(Effect.fromOption),
        Effect.retry({ times: 5, while: (error) => error._tag === "NoSuchElementError" }),
        Effect.catchTag("NoSuchElementError", (cause) => new EventStoreError({ operation, cause })),
        Effect.asVoid
      )
    },
    inTransaction: database.inTransaction
  })
