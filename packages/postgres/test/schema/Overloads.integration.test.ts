// Every function of the store calls others with exact types: a role that may create functions in the store's schema, by a
// mistake of its owner, cannot replace a function that runs as the owner or as another role.
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as Overloads from "../support/Overloads.ts"
import * as ReadModels from "../support/ReadModels.ts"
import * as Stores from "../support/Stores.ts"

/** Calls of every function that a role may call, on every path: stored commits and all refusals. */
const calls = [
  "select * from refold.append_event('a-1', 'A', '1')",
  `select * from refold.append_event('a-1', 'A', '1', 1, 'key', '{"actor": "x"}', 2, date_trunc('milliseconds', now()), gen_random_uuid(),
    (select event_id from refold.event_store where stream = 'a-1' order by version desc limit 1))`,
  "select * from refold.append_event('a-1', 'A', '1', 1, 'key', '{}', 2)",
  "select * from refold.append_event('a-1', 'A', '2', 1, 'key')",
  "select * from refold.append_event('a-1', 'A', '1', 7)",
  "select * from refold.append_event('a-1', 'A', '1', -2)",
  "select * from refold.append_event('b-1', 'A', '1', 0)",
  "select * from refold.append_event('b-1', 'A', '1', -1)",
  "select * from refold.append_event('a-1', 'A', '1', null, 'refold:p-1#1.0')",
  ...["{}", "{\"causationId\": \"p-1#1.0\"}"].map((metadata) =>
    `select * from refold.append_events('{refold:p-1#1.0}', '{f}', '{1}', '{p-1}', '{-1}', '{1}', array[gen_random_uuid()], '{A}', '{1}',
      array['1'::jsonb], array['${metadata}'::jsonb], array[date_trunc('milliseconds', now())])`
  ),
  ...["-1", "7"].map((expected) =>
    `select * from refold.append_one_event('o-1', ${expected}, '', gen_random_uuid(), 'A', 1::smallint, '1', '{}', now())`
  ),
  ...["-1", "7"].map((expected) =>
    `select * from refold.append_single_events('{s-1, s-2}', '{${expected}, -1}', '{"", ""}',
      array[gen_random_uuid(), gen_random_uuid()], '{A, A}', '{1, 1}', array['1', '2']::jsonb[], array['{}', '{}']::jsonb[],
      array[now(), now()])`
  ),
  ...["-1", "7"].map((expected) =>
    `select * from refold.append_batch('{1, 2, 1}', '{q-1, q-2, a-1, q-3}', '{${expected}, -1, 1, -1}', '{1, 2, 0, 1}', '{"", "", "", ""}',
      array[gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid()], '{A, A, A, A}', '{1, 1, 1, 1}',
      array['1', '2', '3', '4']::jsonb[], array['{}', '{}', '{}', '{"causationId": "q-3#1.0"}']::jsonb[], array[now(), now(), now(), now()],
      '{"", batch, refold:q-3#1.0}', '{"", f, ""}', '{false, true, false}')`
  ),
  "select * from refold.append_event('a', 'A', '1')",
  "select * from refold.append_event(repeat('a-', 200), repeat('A', 300), '12345678901234567890', 0, '', '[]', 0, 'infinity')",
  "select * from refold.append_event('a-1', 'A', '1e400')",
  "select * from refold.append_event('a-1', 'A', '1', event_id => (select event_id from refold.event_store limit 1))",
  `select * from refold.commit_events('[{"stream": "c-1", "expectedVersion": 0, "events": [{"type": "A", "data": {"a": [1.5, null]},
    "metadata": {"actor": "x"}, "schemaVersion": 2, "occurredAt": "2026-01-31T12:00:00Z",
    "id": "6fa459ea-ee8a-4ca4-894e-db77e160355e"}, {"type": "B", "data": 1}]},
    {"stream": "a-1", "expectedVersion": -2, "events": []}]', 'commit', 'f', true)`,
  `select * from refold.commit_events('[{"stream": "c-1", "expectedVersion": 0, "events": [{"type": "A", "data": {}}]}]', 'commit', 'f')`,
  `select * from refold.commit_events('[{"stream": "c-1", "expectedVersion": 9, "events": [{"type": "A", "data": {}}]}]')`,
  `select * from refold.commit_events('[{"stream": "c-1", "expectedVersion": 2,
    "lastEventId": "00000000-0000-4000-8000-000000000000", "events": [{"type": "A", "data": {}}]}]')`,
  `select * from refold.commit_events('[{"stream": "c-1", "events": []}]')`,
  `select * from refold.commit_events('[{"stream": "c-1", "events": []}, {"stream": "d-1", "events": [{"type": "A", "data": 1}]}]')`,
  `select * from refold.commit_events('[{"stream": "d-1", "events": [{"type": "A", "data": 1, "typo": 1}]}]')`,
  `select * from refold.commit_events('[{"stream": "d-1", "events": [{"type": "A", "data": 1, "id": "x", "occurredAt": "now"}]}]')`,
  `select * from refold.commit_events('[{"stream": "d-1", "events": [{"type": "A", "data": 1, "occurredAt": "now"}]}]')`,
  `select * from refold.commit_events('[{"stream": "d-1", "events": [{"type": "A", "data": 1}]}, {"stream": "d-1", "events": []}]')`,
  "select * from refold.commit_events('{}', '')",
  "select * from refold.first_answer('commit', 'f')",
  "select * from refold.first_answer('commit', 'other')",
  "select * from refold.first_answer('', null)",
  "select refold.command_fingerprint('a', '1', '{\"b\": [1e-7, 1.5e300, true, null, \"x\"]}')",
  "select refold.extreme_number(to_jsonb(array_fill(1, '{9999}')))",
  "select * from refold.read_stream('a-1')",
  "select * from refold.read_stream('a-1', 0, 1, 100, now(), null, 10)",
  "select * from refold.read_stream('a', -1)",
  "select refold.stream_version('a-1'), refold.stream_version('x-1')",
  "select * from refold.read_all()",
  "select * from refold.read_all(0, '{A}', '{a}', 100, null, null, 10)",
  "select * from refold.read_stream_backwards('a-1', 9, 1)",
  "select * from refold.read_stream_backwards('a', -1)",
  "select * from refold.read_all_backwards()",
  "select * from refold.read_all_backwards(100, '{A}', '{a}', 10)",
  "select * from refold.read_by_correlation('x', 0, 10)",
  "select * from refold.read_by_causation('x')",
  "select * from refold.read_by_causation(null)",
  "select * from refold.list_streams()",
  "select * from refold.list_streams('a', 'a-0', 10)",
  "select * from refold.list_streams('a-1', max_count => 0)",
  "select * from refold.find_key('commit')",
  "select * from refold.find_key('refold:p-1#1.0')",
  "select * from refold.read_all(-1)",
  "select * from refold.read_all(0, '{\"\"}', '{a-b}')",
  "select refold.read_head()",
  "select refold.repair_positions()",
  "select refold.require_instance((select token from refold.log_instance))",
  "select refold.require_instance('x')",
  "select refold.rebuild_from_snapshot('a-1', 'public.count_events', '0', 'v', 'f')",
  "select refold.save_snapshot('a-1', 'v', 'f', 1, 1, now(), '1')",
  "select refold.rebuild_from_snapshot('a-1', 'public.count_events', '0', 'v', 'f', 1, now())"
]

test(
  "overloads of every function of the store are never called",
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const opened = yield* Stores.open(yield* freshDatabase())
      const { sql } = opened
      yield* sql.unsafe(
        `create function public.count_event(jsonb, jsonb, refold.event_store) returns jsonb language sql immutable
      as $$ select to_jsonb(coalesce($1, $2)::text::int + 1) $$`
      )
      yield* sql`create aggregate public.count_events (jsonb, refold.event_store) (sfunc = public.count_event, stype = jsonb)`
      const attacker = yield* LoginRole.ofKind(opened, ["projector"])
      yield* sql.unsafe(`grant create on schema refold, refold_rows to ${LoginRole.nameOf(attacker)}`)
      const url = yield* LoginRole.ofKind(opened, ["writer", "projector"])
      const session = yield* Stores.connect(url)
      // The names in these calls are resolved now; those in the functions, when they run.
      for (const [number, call] of calls.entries()) yield* session.unsafe(`prepare call_${number} as ${call}`)
      expect(yield* Overloads.make(yield* Stores.connect(attacker))).toBeGreaterThan(900)

      const fooled: Array<string> = []
      for (const [number, call] of calls.entries()) {
        const result = yield* Effect.result(session.unsafe(`execute call_${number}`))
        const { code, message, where }: Readonly<Record<string, string | undefined>> = Object(
          result._tag === "Failure" ? result.failure.reason.cause : {}
        )
        // An overload was called, or a call has become ambiguous.
        if (code === "TRAP1" || code?.startsWith("42") === true) fooled.push(`${call}: ${message} ${where}`)
      }
      expect(fooled).toEqual([])

      const { readModels, snapshots, store } = yield* Stores.open(url, { migrate: false })
      const stream = Stores.freshStream()
      const event = Stores.event()
      const wanted = ReadModels.inlineProjection({ indexes: [{ name: "n", fields: [{ field: "n", kind: "Number" }] }] })
      const live = yield* ReadModels.goLive(readModels, wanted, { rows: [ReadModels.row("a", { n: 1 })] })
      const inline = [{ projection: wanted.name, version: 1, definition: wanted.definition, stream, state: { n: 3 } }]
      const idempotency = { key: stream, fingerprint: "f" }
      const { streams: [place] } = yield* store.append(stream, [event], { idempotency, inline })
      yield* store.append(stream, [event], { idempotency })
      yield* store.findAppended(idempotency)
      yield* snapshots.save({ stream, view: "v", fingerprint: "f" }, { ...place, lastEventId: event.id, state: 1 })
      expect(yield* ReadModels.read(readModels, wanted, [stream])).toHaveLength(1)
      yield* readModels.catchUpRows(wanted, [ReadModels.rowAt(place, { n: 1 })])
      yield* readModels.open(wanted)
      yield* readModels.drop(live.id)
      const tables = ReadModels.projection({ setup: Effect.void })
      yield* readModels.drop((yield* ReadModels.goLive(readModels, tables)).id)
      expect(yield* store.head).toBeGreaterThan(0)
      yield* sql`select setval('refold.event_position', 1)`
      yield* store.append(stream, [Stores.event()])
      expect(yield* Stores.readStream(store, stream)).toHaveLength(2)
    })))
)
