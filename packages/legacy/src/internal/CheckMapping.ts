/** Checks of a mapping and its options that need no database. */
import type { Tagged } from "@refold/core/event/EventType"
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as NewEvent from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as SqlFile from "@refold/postgres/internal/schema/SqlFile"
import * as Result from "effect/Result"
import type { Definition, LegacyMapping } from "../LegacyMapping.ts"
import * as Identifier from "./Identifier.ts"

/** The mapping, or the field of its definition that breaks a rule. */
export const check = <Row, State, Event extends Tagged>(
  definition: Definition<Row, State, Event>
): Result.Result<LegacyMapping<Row, State, Event>, InvalidInput> =>
  Result.gen(function*() {
    const { store = "refold" } = definition
    yield* NewEvent.checkName(definition.name, "name")
    yield* checkStore(store)
    yield* rule("aggregate.category", StreamName.categoryProblem(definition.aggregate.category))
    yield* rule("key", Identifier.problem(definition.key))
    const parts = typeof definition.table === "string" ? Identifier.partsOf(definition.table) : [""]
    if (parts.length > 2) yield* rule("table", "must be a table's name, or schema.table")
    for (const part of parts) yield* rule("table", Identifier.problem(part))
    return { ...definition, store }
  })

/** Checks the schema of a store. */
export const checkStore = (store: string): Result.Result<void, InvalidInput> =>
  rule("store", SqlFile.schemaProblem(store))

/** Checks the number of rows of one transaction. */
export const checkBatchSize = (batchSize: number): Result.Result<number, InvalidInput> =>
  Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= maxBatchSize
    ? Result.succeed(batchSize)
    : invalid("batchSize", `must be a whole number from 1 to ${maxBatchSize}`)

// Each row of a batch takes a lock for its stream, and a server has room for some ten thousand locks in total.
const maxBatchSize = 5000

const rule = (field: string, problem: string | undefined): Result.Result<void, InvalidInput> =>
  problem === undefined ? Result.succeed(undefined) : invalid(field, problem)
