/**
 * Functions, SQL views and tables of your own beside a store: SQL in files, one object each, installed into a schema of
 * their own. What a file says at its head becomes its object's comment in the database.
 *
 * All that is in there must be derived from events: when a file changes, the schema is dropped and made anew. What roles
 * were granted stays, where the object is still there; where something outside depends on the schema, it is left alone.
 */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import { createHash } from "node:crypto"
import * as Fs from "node:fs"
import * as Database from "./internal/Database.ts"
import * as SqlComments from "./internal/SqlComments.ts"
import * as SqlFile from "./internal/SqlFile.ts"

/** What to install, and where. */
export interface SqlSchema {
  /** The schema as it is called in the files: small letters, digits and `_`. */
  readonly name: string
  /** The schema as it is called in the database; `name` by default. */
  readonly schema?: string | undefined
  /** The schema of the store, which the files call `refold`; that by default. */
  readonly store?: string | undefined
  /** Where the files are. */
  readonly folder: URL
  /** The files in the order in which they are run, without `.sql`; one statement each. */
  readonly files: ReadonlyArray<string>
  /** What stands for `:'name'` in the files: the value as an SQL literal. In a function's body it must not end that (`$$`). */
  readonly values?: Readonly<Record<string, string>> | undefined
}

/**
 * Brings the schema to what the files say, in one transaction; does nothing where it is that already. Processes that
 * install at the same time wait for one another. Fails with `InvalidInput` for a name that no schema can have, and with
 * `EventStoreError` where a statement fails, a file is missing, the schema was not installed from files, or something
 * outside of it depends on it: then all is left as it is.
 */
export const install = Effect.fnUntraced(function*(
  { files, folder, name, schema = name, store = "refold", values = {} }: SqlSchema
): Effect.fn.Return<void, InvalidInput | EventStoreError, SqlClient.SqlClient> {
  yield* Effect.fromResult(checkNames({ name, schema, store }))
  const texts = yield* Effect.try({
    try: () => files.map((file) => textOf(new URL(`${file}.sql`, folder), { name, schema, store, values })),
    catch: (cause) => new EventStoreError({ operation, cause })
  })
  const mark = `${marked} ${createHash("sha256").update(texts.join("\n;\n")).digest("hex")}`
  const sql = yield* SqlClient.SqlClient
  const database = yield* Database.make(schema)
  const installing = Effect.gen(function*() {
    yield* database.query("queries/lock_migrations", { schema })
    const [found] = yield* database.query<{ readonly comment: string | null }>("queries/find_schema", { schema })
    if (found?.comment === mark) return
    if (found !== undefined) yield* refuseToDrop(database, schema, found.comment)
    const grants = yield* database.query<Grant>("queries/schema_grants", { schema })
    yield* sql.unsafe(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
    yield* sql.unsafe(`CREATE SCHEMA "${schema}"`)
    for (const text of texts) yield* sql.unsafe(text)
    const comments = texts.flatMap(SqlComments.of)
    yield* sql.unsafe(SqlComments.statement([...comments, { on: `SCHEMA "${schema}"`, text: mark }]))
    for (const { statement } of yield* standing(database, grants)) yield* sql.unsafe(statement)
  })
  yield* Effect.catchTag(
    database.transaction(installing),
    "SqlError",
    (error) => new EventStoreError({ operation, cause: Database.explain(error) })
  )
})

/** What an SQL file makes, and what it says about that. */
export type SqlObject = SqlComments.SqlObject

/** The object that the text of a file makes, for pages about it; None where it makes none that can have a comment. */
export const objectOf = (sql: string): Option.Option<SqlObject> => Option.fromUndefinedOr(SqlComments.objectOf(sql))

// What is somebody else's is not dropped, nor what would take something of somebody else's with it.
const refuseToDrop = Effect.fnUntraced(function*(database: Database.Database, schema: string, comment: string | null) {
  const refuse = (why: string) => new EventStoreError({ operation, cause: `schema "${schema}" ${why}` })
  if (!(comment ?? "").startsWith(marked)) {
    return yield* refuse("exists and was not installed from files: drop it yourself, or choose another name")
  }
  const dependents = yield* database.query<{ readonly name: string }>("queries/schema_dependents", { schema })
  if (dependents.length > 0) {
    const names = dependents.map(({ name }) => name).join(", ")
    return yield* refuse(`cannot be made anew while others depend on it: drop ${names}, and make them again afterwards`)
  }
})

interface Grant {
  readonly statement: string
  readonly relation: string | null
  readonly routine: string | null
}

const standing = (database: Database.Database, grants: ReadonlyArray<Grant>) =>
  database.query<Pick<Grant, "statement">>("queries/standing_grants", {
    statements: grants.map(({ statement }) => statement),
    relations: grants.map(({ relation }) => relation ?? ""),
    routines: grants.map(({ routine }) => routine ?? "")
  })

const operation = "install SQL"

// How the comment of an installed schema begins; what comes after tells one state of its files from another.
const marked = "Installed from files; is dropped and made anew when they change."

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
  file: URL,
  { name, schema, store, values }: Readonly<Record<"name" | "schema" | "store", string>> & {
    readonly values: Readonly<Record<string, string>>
  }
): string => {
  const text = SqlFile.moved(SqlFile.moved(Fs.readFileSync(file, "utf8"), "refold", store), name, schema)
  // Last, for a value stays as it is.
  return text.replaceAll(/:'(\w+)'/g, (_, value: string) => {
    if (values[value] === undefined) throw new Error(`${file.pathname}: no value for :'${value}'`)
    return `'${values[value].replaceAll("'", "''")}'`
  })
}
