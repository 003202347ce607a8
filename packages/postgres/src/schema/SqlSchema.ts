/**
 * Installs the application's own functions, SQL views and tables beside a store: SQL files, one object each, in a schema
 * of their own. The comment at the head of a file becomes the comment of its object in the database.
 *
 * Everything in the schema must be derived from events: when a file changes, the schema is dropped and created again.
 * Grants to roles are restored for objects that still exist. A schema on which an object outside depends is not dropped.
 */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Sha256 from "@refold/core/internal/journal/Sha256"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import * as Database from "./internal/Database.ts"
import * as MigrationLock from "./internal/MigrationLock.ts"
import * as SchemaCatalog from "./internal/SchemaCatalog.ts"
import * as SchemaOwner from "./internal/SchemaOwner.ts"
import * as SqlComments from "./internal/SqlComments.ts"
import * as SqlFile from "./internal/SqlFile.ts"

/** An SQL file: its name, used in errors, and its text, one statement. */
export type File = SqlFile.SqlFile

/** What to install, and where. */
export interface SqlSchema {
  /** The name of the schema in the files: small letters, digits and `_`. */
  readonly name: string
  /** The name of the schema in the database; `name` by default. */
  readonly schema?: string | undefined
  /** The schema of the store, `refold` by default; the files call it `refold`. */
  readonly store?: string | undefined
  /** The files in the order in which they run, one statement each. */
  readonly files: ReadonlyArray<File>
  /** Replaces `:'name'` in the files by the value as an SQL literal. In a function's body it must not contain `$$`. */
  readonly values?: Readonly<Record<string, string>> | undefined
}

/**
 * Installs the files in one transaction; does nothing if they are installed already. Processes that install at the same
 * time wait for each other. Fails with `InvalidInput` for an invalid schema name, and with `EventStoreError` if a
 * statement fails, a value is missing, the schema was not installed from files, or an object outside depends on it; then
 * nothing is changed.
 */
export const install = Effect.fnUntraced(function*(
  { files, name, schema = name, store = "refold", values = {} }: SqlSchema
): Effect.fn.Return<void, InvalidInput | EventStoreError, SqlClient.SqlClient> {
  yield* Effect.fromResult(checkNames({ name, schema, store }))
  const texts = yield* Effect.try({
    try: () => files.map((file) => textOf(file, { name, schema, store, values })),
    catch: (cause) => new EventStoreError({ operation, cause })
  })
  const mark = `${marked} ${Sha256.ofText(texts.join("\n;\n"))}`
  const database = yield* Database.make(schema)
  const installing = Effect.gen(function*() {
    yield* MigrationLock.take(schema, database.limits.queryTimeout)
    const found = yield* SchemaCatalog.find(database)
    // The schema of another role is refused: restored grants would include those that this role gave itself.
    const problem = found && (yield* SchemaOwner.problemOf(database.sql, schema))
    if (problem !== undefined) return yield* new EventStoreError({ operation, cause: new Error(problem) })
    if (found?.comment === mark) return
    if (found !== undefined) yield* refuseToDrop(database, found.comment)
    const grants = yield* SchemaCatalog.grants(database)
    yield* recreate(database, texts, mark)
    for (const { statement } of yield* SchemaCatalog.standing(database, grants)) yield* database.sql.unsafe(statement)
  })
  yield* Effect.catchTag(
    database.transaction(installing),
    "SqlError",
    (error) => new EventStoreError({ operation, cause: Database.explain(error) })
  )
})

const recreate = Effect.fnUntraced(function*(
  { schema, sql }: Database.Database,
  texts: ReadonlyArray<string>,
  mark: string
) {
  yield* sql.unsafe(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
  yield* sql.unsafe(`CREATE SCHEMA "${schema}"`)
  for (const text of texts) yield* sql.unsafe(text)
  const comments = texts.flatMap(SqlComments.of)
  yield* sql.unsafe(SqlComments.statement([...comments, { on: `SCHEMA "${schema}"`, text: mark }]))
})

/** The object that an SQL file creates, and its comments. */
export type SqlObject = SqlComments.SqlObject

/** The object that the text of a file creates, for generated documentation; None if it creates none with a comment. */
export const objectOf = (sql: string): Option.Option<SqlObject> => Option.fromUndefinedOr(SqlComments.objectOf(sql))

// Refuses to drop a schema that was not installed from files, and one on which an object outside depends.
const refuseToDrop = Effect.fnUntraced(function*(database: Database.Database, comment: string | null) {
  const refuse = (why: string) => new EventStoreError({ operation, cause: `schema "${database.schema}" ${why}` })
  if (!(comment ?? "").startsWith(marked)) {
    return yield* refuse("exists and was not installed from files: drop it, or choose another name")
  }
  const dependents = yield* SchemaCatalog.dependents(database)
  if (dependents.length > 0) {
    const names = dependents.map(({ name }) => name).join(", ")
    return yield* refuse(
      `cannot be dropped while other objects depend on it: drop ${names}, and create them again afterwards`
    )
  }
})

const operation = "install SQL"

// The comment of an installed schema begins with this; a hash of its files follows.
const marked = "Installed from files; dropped and created again when they change."

const checkNames = (names: Readonly<Record<string, string>>): Result.Result<void, InvalidInput> => {
  for (const [field, name] of Object.entries(names)) {
    const problem = SqlFile.schemaProblem(name)
    if (problem !== undefined) return Result.fail(new InvalidInput({ field, rule: problem }))
  }
  return names["schema"] === names["store"]
    ? Result.fail(new InvalidInput({ field: "schema", rule: "must not be the schema of the store" }))
    : Result.void
}

const textOf = (
  { name: file, text: written }: File,
  { name, schema, store, values }: Readonly<Record<"name" | "schema" | "store", string>> & {
    readonly values: Readonly<Record<string, string>>
  }
): string => {
  const text = SqlFile.moved(SqlFile.movedStore(written, store), name, schema)
  // Last, because a value must not be changed.
  return text.replaceAll(/:'(\w+)'/g, (_, value: string) => {
    if (values[value] === undefined) throw new Error(`${file}: no value for :'${value}'`)
    return `'${values[value].replaceAll("'", "''")}'`
  })
}
