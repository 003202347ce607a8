// The rights of each kind of role on every function, table, sequence and schema of a store, from the catalogue: a new
// object fails the test until its rights are listed here.
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import type * as PostgresStore from "../../src/PostgresStore.ts"
import * as StoreRights from "../../src/schema/internal/StoreRights.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as ReadModels from "../support/ReadModels.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const letters: Readonly<Record<PostgresStore.RoleKind, string>> = {
  reader: "r",
  writer: "w",
  projector: "p",
  "sql-writer": "s",
  "key-expiry": "k"
}

/**
 * The functions that the kinds of roles may call: r = reader, w = writer, p = projector, s = sql-writer, k = key-expiry, x =
 * a role without grants. "none" lists those that only other functions and the owner call.
 */
const functions: Readonly<Record<string, string>> = {
  rwp:
    "check_id check_log_read check_stream_list check_stream_read checked_head find_key generation_schema hold_generation list_streams partition_of read_all read_all_backwards read_by_causation read_by_correlation read_head read_stream read_stream_backwards rebuild_from_snapshot repair_positions require_instance stream_version whole_generation",
  w: "append_batch append_events append_one_event append_single_events find_stored_events save_snapshot stored_answer write_inline_rows",
  ws:
    "append_event canonical_json canonical_scalar command_fingerprint commit_events extreme_number first_answer javascript_number",
  p: "claim_partition claim_partitions create_generation_schema create_rows_table drop_generation limit_owner lock_partitions lock_projection obsolete_generations promote_generation repartition row_readers save_checkpoint share_tables",
  k: "forget_keys",
  none:
    "abandon_import append_commit begin_import category_problem character_problem check_batch check_guards check_process_key commit_fingerprint commit_size_problem content_fingerprint count_problem end_import event_problem expected_problem expected_version_in first_duplicate generation_mark guards_problem incomplete_store is_too_long json_event_problem json_problem known_event_ids key_problem last_event_problem lock_holders lock_positions lock_streams name_problem new_event_id object_problem page_problem parse_time problem read_problem readable_size refuse_change refuse_commit refuse_input repeat_numbers size_problem store_commit store_content store_writes stream_end stream_problem time_problem to_appended wait_for_lock writes_problem"
}

/** The rights of the kinds of roles on everything else. */
const rights: Readonly<Record<string, string>> = {
  DATABASE: "",
  "SCHEMA refold": "USAGE rwpsk",
  "SCHEMA refold_rows": "USAGE rwp",
  "refold.discarded_events": "DELETE p, INSERT p, SELECT rwp, UPDATE p",
  "refold.event_position": "SELECT rwp",
  "refold.event_snapshots": "INSERT w, SELECT rwp, UPDATE w",
  "refold.event_store": "SELECT rwp",
  "refold.idempotency_keys": "SELECT w",
  "refold.import_progress": "",
  "refold.log_instance": "SELECT rwp",
  "refold.migrations": "SELECT rwp",
  "refold.parked_streams": "DELETE p, INSERT p, SELECT rwp, UPDATE p",
  "refold.projection_generations": "DELETE p, SELECT rwp, UPDATE p",
  "refold.partitions": "SELECT rwp",
  "refold.projection_generations.definition": "INSERT p",
  "refold.projection_generations.has_tables": "INSERT p",
  "refold.projection_generations.partitioned_by": "INSERT p",
  "refold.projection_generations.partitions": "INSERT p",
  "refold.projection_generations.projection": "INSERT p",
  "refold.projection_generations.status": "INSERT p",
  "refold.projection_generations.version": "INSERT p",
  "refold.projection_generations_id_seq": "",
  "refold.projection_partitions": "DELETE p, INSERT p, SELECT rwp, UPDATE p",
  "refold.projections": "SELECT rwp",
  "refold_rows.rows": "DELETE p, INSERT p, SELECT rwp, UPDATE p",
  "refold_rows.rows_1": "DELETE p, INSERT p, SELECT rwp, UPDATE p"
}

const expected = {
  ...rights,
  ...Object.fromEntries(
    Object.entries(functions).flatMap(([kinds, names]) =>
      names.split(" ").map((name) => [`${name}()`, kinds === "none" ? "" : `EXECUTE ${kinds}`])
    )
  )
}

interface Row {
  readonly object: string
  readonly rights: string
}

/** Every object, and the rights on it that some kind of role has. */
const matrix = Effect.gen(function*() {
  const opened = yield* Stores.Database
  yield* ReadModels.goLive(opened.readModels, ReadModels.projection())
  const urls = yield* Effect.forEach(StoreRights.kinds, (kind) => LoginRole.ofKind(opened, [kind]))
  const names = [...urls, yield* LoginRole.login(opened, "other", [])].map(LoginRole.nameOf)
  const kinds = [...StoreRights.kinds.map((kind) => letters[kind]), "x"]
  return yield* opened.sql<Row>`
    WITH roles AS (
      SELECT * FROM unnest(${names}::text[], ${kinds}::text[]) WITH ORDINALITY AS r (name, letter, number)
    ), rights (object, privilege, name, letter, number, has) AS (
      SELECT p.proname || '()', 'EXECUTE', r.*, has_function_privilege(r.name, p.oid, 'EXECUTE')
      FROM pg_proc AS p CROSS JOIN roles AS r WHERE p.pronamespace::regnamespace::text IN ('refold', 'refold_rows')
      UNION ALL
      SELECT c.oid::regclass::text, v.privilege, r.*, has_table_privilege(r.name, c.oid, v.privilege)
      FROM pg_class AS c CROSS JOIN roles AS r
      CROSS JOIN LATERAL unnest(
        '{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]
          || CASE WHEN current_setting('server_version_num')::int >= 170000 THEN '{MAINTAIN}'::text[] END
      ) AS v (privilege)
      WHERE c.relnamespace::regnamespace::text IN ('refold', 'refold_rows') AND c.relkind IN ('r', 'v')
      UNION ALL
      -- Columns with rights of their own.
      SELECT format('%s.%I', a.attrelid::regclass, a.attname), v.privilege, r.*,
        has_column_privilege(r.name, a.attrelid, a.attnum, v.privilege) AND NOT has_table_privilege(r.name, a.attrelid, v.privilege)
      FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid CROSS JOIN roles AS r
      CROSS JOIN unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) AS v (privilege)
      WHERE c.relnamespace::regnamespace::text IN ('refold', 'refold_rows') AND a.attacl IS NOT NULL
      UNION ALL
      SELECT c.oid::regclass::text, v.privilege, r.*, has_sequence_privilege(r.name, c.oid, v.privilege)
      FROM pg_class AS c CROSS JOIN roles AS r CROSS JOIN (VALUES ('USAGE'), ('SELECT'), ('UPDATE')) AS v (privilege)
      WHERE c.relnamespace::regnamespace::text IN ('refold', 'refold_rows') AND c.relkind = 'S'
      UNION ALL
      SELECT 'SCHEMA ' || n.nspname, v.privilege, r.*, has_schema_privilege(r.name, n.oid, v.privilege)
      FROM pg_namespace AS n CROSS JOIN roles AS r CROSS JOIN (VALUES ('USAGE'), ('CREATE')) AS v (privilege)
      WHERE n.nspname IN ('refold', 'refold_rows')
      UNION ALL
      SELECT 'DATABASE', 'CREATE', r.*, has_database_privilege(r.name, current_database(), 'CREATE') FROM roles AS r
    )
    SELECT object, coalesce(string_agg(privilege || ' ' || letters, ', ' ORDER BY privilege) FILTER (WHERE letters <> ''), '') AS rights
    FROM (
      SELECT object, privilege, coalesce(string_agg(letter, '' ORDER BY number) FILTER (WHERE has), '') AS letters
      FROM rights GROUP BY object, privilege
    ) AS r GROUP BY object`
})

test(
  "each kind of role has exactly the rights that are listed here",
  run(Effect.gen(function*() {
    const actual = Object.fromEntries((yield* matrix).map(({ object, rights }) => [object, rights]))
    expect(actual).toEqual(expected)
  }))
)

test(
  "every function that runs as its owner has a pinned search path, and nothing in the schemas belongs to another role",
  run(Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    expect(
      yield* sql`select proname from pg_proc where pronamespace::regnamespace::text in ('refold', 'refold_rows')
        and prosecdef and not coalesce('search_path=pg_catalog, pg_temp' = any (proconfig), false)`
    ).toEqual([])
    expect(
      yield* sql`select proname as name from pg_proc p where p.pronamespace::regnamespace::text in ('refold', 'refold_rows')
        and p.proowner::regrole::text <> current_user
        union all select relname from pg_class c where c.relnamespace::regnamespace::text in ('refold', 'refold_rows')
        and c.relowner::regrole::text <> current_user`
    ).toEqual([])
  }))
)
