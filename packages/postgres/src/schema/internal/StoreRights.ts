/**
 * The rights of each kind of role. Lists every function and table of the store that a role other than the owner may use; only
 * the owner may use the others.
 */
import * as SqlFile from "./SqlFile.ts"

/** The rights of a kind of role, besides USAGE on the schemas. */
interface Rights {
  /** EXECUTE on functions. */
  readonly execute: ReadonlyArray<string>
  /** Rights on tables, SQL views and sequences; a right on columns names them in parentheses. */
  readonly tables: ReadonlyArray<readonly [right: string, tables: ReadonlyArray<string>]>
  /** Rights on all tables of rows. */
  readonly rows: string | undefined
}

const readerRights: Rights = {
  execute: [
    "read_head",
    "repair_positions",
    "require_instance",
    "read_stream",
    "read_all",
    "stream_version",
    "check_stream_read",
    "check_log_read",
    "checked_head",
    "read_stream_backwards",
    "read_all_backwards",
    "read_by_correlation",
    "read_by_causation",
    "check_id",
    "list_streams",
    "check_stream_list",
    "find_key",
    "rebuild_from_snapshot",
    "generation_schema",
    "hold_generation",
    "partition_of",
    "whole_generation"
  ],
  tables: [
    [
      "SELECT",
      [
        "event_store",
        "event_position",
        "event_snapshots",
        "log_instance",
        "projections",
        "partitions",
        "projection_generations",
        "projection_partitions",
        "parked_streams",
        "discarded_events",
        "migrations"
      ]
    ]
  ],
  rows: "SELECT"
}

const sqlWriterFunctions = [
  "append_event",
  "commit_events",
  "first_answer",
  "command_fingerprint",
  "canonical_json",
  "canonical_scalar",
  "javascript_number",
  "extreme_number"
]

const rights = {
  reader: readerRights,
  writer: {
    execute: [
      ...readerRights.execute,
      ...sqlWriterFunctions,
      "append_events",
      "append_one_event",
      "append_single_events",
      "append_batch",
      "find_stored_events",
      "stored_answer",
      "write_inline_rows",
      "save_snapshot"
    ],
    tables: [...readerRights.tables, ["SELECT", ["idempotency_keys"]], ["INSERT, UPDATE", ["event_snapshots"]]],
    rows: readerRights.rows
  },
  projector: {
    execute: [
      ...readerRights.execute,
      "lock_projection",
      "create_rows_table",
      "create_generation_schema",
      "share_tables",
      "row_readers",
      "lock_partitions",
      "limit_owner",
      "claim_partition",
      "claim_partitions",
      "repartition",
      "save_checkpoint",
      "promote_generation",
      "obsolete_generations",
      "drop_generation"
    ],
    tables: [
      ...readerRights.tables,
      // Not the id: after the highest id no generation could begin, because the counter is moved past every stored id.
      [
        "INSERT (projection, version, definition, status, has_tables, partitions, partitioned_by)",
        ["projection_generations"]
      ],
      ["UPDATE, DELETE", ["projection_generations"]],
      ["INSERT, UPDATE, DELETE", ["projection_partitions", "parked_streams", "discarded_events"]]
    ],
    rows: "SELECT, INSERT, UPDATE, DELETE"
  },
  "sql-writer": { execute: sqlWriterFunctions, tables: [], rows: undefined },
  "key-expiry": { execute: ["forget_keys"], tables: [], rows: undefined }
} as const satisfies Record<string, Rights>

/** A kind of role, by its work with a store. */
export type RoleKind = keyof typeof rights

/** All kinds of roles. */
export const kinds = Object.keys(rights) as ReadonlyArray<RoleKind>

/**
 * The right, or several separated by commas, that a role can have on an object of the store, given by its name without the
 * schema; undefined if only the owner may use it.
 */
export const rightOn = (object: string): string | undefined => {
  const all: ReadonlyArray<Rights> = Object.values(rights)
  if (all.some(({ execute }) => execute.includes(object))) return "EXECUTE"
  const granted = /^rows(?:_\d+)?$/.test(object)
    ? all.flatMap(({ rows }) => rows ?? [])
    : all.flatMap(({ tables }) =>
      tables.flatMap(([right, names]) => names.includes(object) ? [right.replace(/ \(.*\)/, "")] : [])
    )
  const single = new Set(granted.flatMap((list) => list.split(", ")))
  return single.size === 0 ? undefined : [...single].join(", ")
}

/** The objects that only statements of the owner use: exports and imports. */
export const ownersObjects: ReadonlyArray<string> = [
  "commit_fingerprint",
  "content_fingerprint",
  "store_content",
  "begin_import",
  "end_import",
  "abandon_import",
  "import_progress",
  "incomplete_event_store"
]

/** A right of a kind of role on a function or a table, by its name without the schema. */
export interface Right {
  readonly kind: RoleKind
  readonly right: string
  readonly object: string
}

/** All rights of all kinds on functions and tables. */
export const all: ReadonlyArray<Right> = kinds.flatMap((kind) => {
  const { execute, tables }: Rights = rights[kind]
  return [
    ...execute.map((object) => ({ kind, right: "EXECUTE", object })),
    ...tables.flatMap(([right, names]) =>
      // A right on columns counts as a right on the table.
      names.flatMap((object) => right.replace(/ \(.*\)/, "").split(", ").map((one) => ({ kind, right: one, object })))
    )
  ]
})

/** The statements that grant a role, given as it is quoted in SQL, the rights of a kind. */
export const statements = (role: string, kind: RoleKind, schema: string): ReadonlyArray<string> => {
  const { execute, rows, tables }: Rights = rights[kind]
  const rowsSchema = SqlFile.rowsSchema(schema)
  const named = (names: ReadonlyArray<string>): string => lines(names.map((name) => `"${schema}".${name}`))
  const grant = (right: string, on: string): string => `GRANT ${right} ON ${on} TO ${role}`
  return [
    grant("USAGE", `SCHEMA "${schema}"${rows === undefined ? "" : `, "${rowsSchema}"`}`),
    ...tables.map(([right, names]) => grant(right, named(names))),
    ...(rows === undefined ? [] : [grant(rows, `ALL TABLES IN SCHEMA "${rowsSchema}"`)]),
    grant("EXECUTE", `FUNCTION ${named(execute)}`)
  ]
}

// Wraps lines to the width of a page.
const lines = (names: ReadonlyArray<string>): string =>
  names.reduce((text, name) => {
    const width = text.length - text.lastIndexOf("\n") + name.length
    return `${text},${width > 110 ? "\n  " : " "}${name}`
  })
