/** The port `ReadModelStore` on one database. */
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import type { Database } from "../../schema/internal/Database.ts"
import * as Generations from "./Generations.ts"
import * as InlineRows from "./InlineRows.ts"
import * as OpenGeneration from "./OpenGeneration.ts"
import * as ParkedStreams from "./ParkedStreams.ts"
import * as PartitionOwners from "./PartitionOwners.ts"
import * as Partitions from "./Partitions.ts"
import * as RowReader from "./RowReader.ts"

/** The read model store of a database. */
export const make = (database: Database, options: PartitionOwners.Options): ReadModelStore["Service"] =>
  ReadModelStore.of({
    open: (projection) => OpenGeneration.open(database, projection),
    begin: (projection, status) => OpenGeneration.begin(database, projection, status),
    generations: (projection) => Generations.list(database, { projection }),
    update: (generation, body, how) => PartitionOwners.update(database, options, generation, body, how),
    updateAll: (generation, body) => PartitionOwners.updateAll(database, options, generation, body),
    partitions: (generation) => Partitions.list(database, generation),
    repartition: (generation, requested) => PartitionOwners.repartition(database, options, generation, requested),
    drop: (generation) => Generations.drop(database, generation),
    read: RowReader.make(database),
    live: (projection) => Generations.findLive(database, projection),
    listParked: (generation) => ParkedStreams.listParked(database, generation),
    listDiscarded: (projection) => ParkedStreams.listDiscarded(database, projection),
    catchUpRows: (projection, rows) => InlineRows.catchUp(database, projection, rows),
    inTransaction: database.inTransaction
  })
