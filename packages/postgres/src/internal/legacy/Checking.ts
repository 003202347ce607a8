/** What can be said about a mapping without its database: names that a store and PostgreSQL can hold. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as NewEvent from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as Result from "effect/Result"
import type { Definition, LegacyMapping } from "../../LegacyMapping.ts"
import * as SqlFile from "../SqlFile.ts"

/** The mapping, or the part of its definition that breaks a rule. */
export const check = <Row, State, Event extends { readonly _tag: string }>(
  definition: Definition<Row, State, Event>
): Result.Result<LegacyMapping<Row, State, Event>, InvalidInput> =>
  Result.gen(function*() {
    const { store = "refold" } = definition
    yield* NewEvent.checkName(definition.name, "name")
    yield* rule("store", SqlFile.schemaProblem(store))
    yield* rule("aggregate.category", StreamName.categoryProblem(definition.aggregate.category))
    yield* rule("key", identifierProblem(definition.key))
    const parts = typeof definition.table === "string" ? partsOf(definition.table) : [""]
    if (parts.length > 2) yield* rule("table", "must be a table's name, or schema.table")
    for (const part of parts) yield* rule("table", identifierProblem(part))
    return { ...definition, store }
  })

/** A batch is as large as one transaction should be. */
export const checkBatchSize = (batchSize: number): Result.Result<number, InvalidInput> =>
  Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= maxBatchSize
    ? Result.succeed(batchSize)
    : Result.fail(new InvalidInput({ field: "batchSize", rule: `must be a whole number from 1 to ${maxBatchSize}` }))

// Each row of a batch takes a lock for its stream, and a server has room for some ten thousand locks of all.
const maxBatchSize = 5000

/** A name as SQL: whatever is in it, it is that name and nothing else. */
export const quote = (identifier: string): string => `"${identifier.replaceAll("\"", "\"\"")}"`

/** The name of a table as SQL. */
export const quoteTable = (table: string): string => partsOf(table).map(quote).join(".")

const partsOf = (table: string): ReadonlyArray<string> => table.split(".")

const rule = (field: string, problem: string | undefined): Result.Result<void, InvalidInput> =>
  problem === undefined ? Result.succeed(undefined) : Result.fail(new InvalidInput({ field, rule: problem }))

const identifierProblem = (name: string): string | undefined =>
  typeof name !== "string" || name === "" || Buffer.byteLength(name) > 63 || name.includes("\u0000")
    || !name.isWellFormed()
    ? "must be a name of 1 to 63 bytes"
    : undefined
