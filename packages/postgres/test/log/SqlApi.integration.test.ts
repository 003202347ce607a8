// The SQL API: results, refusals, and the roles that may call it. The laws of a store (packages/laws) check that it stores and
// reads like every adapter.
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import * as Fs from "node:fs"
import { describe, expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

/** The parts of an error that a client of any language gets. */
const partsOf = ({ reason: { cause } }: SqlError.SqlError) => {
  const { code, detail, hint, message }: Record<string, string | undefined> = Object(cause)
  // PostgreSQL's own errors have text there.
  return { code, message, hint, detail: detail?.startsWith("{") === true ? JSON.parse(detail) as unknown : detail }
}

const refusal = (statement: string) =>
  Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    return partsOf(yield* Effect.flip(sql.unsafe(statement)))
  })

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

describe("append_event", () => {
  test(
    "appends, and returns the place of the event",
    run(Effect.gen(function*() {
      const { sql, store } = yield* Stores.Database
      const stream = Stores.freshStream()
      const [row] = yield* sql<
        Record<string, unknown>
      >`select * from refold.append_event(${stream}, 'Opened', '{"a": 1}', 0)`
      expect(row).toMatchObject({ stream, first_version: 1n, version: 1n, deduplicated: false })
      const [event] = yield* Stores.readStream(store, stream)
      expect(event).toMatchObject({
        stream,
        version: 1,
        type: "Opened",
        schemaVersion: 1,
        data: { a: 1 },
        metadata: {}
      })
      expect(BigInt(event!.position)).toBe(row!["position"])
      expect(event!.id).toMatch(/^.{14}7/)
    }))
  )

  test(
    "stores all its arguments, times to the millisecond",
    run(Effect.gen(function*() {
      const { sql, store } = yield* Stores.Database
      const stream = Stores.freshStream()
      const id = crypto.randomUUID()
      yield* sql`select * from refold.append_event(${stream}, 'Opened', '[]', metadata => '{"actor": "ada"}', schema_version => 7,
        occurred_at => '2020-01-01T00:00:00.123Z', event_id => ${id}::uuid)`
      const [event] = yield* Stores.readStream(store, stream)
      expect(event).toMatchObject({ id, schemaVersion: 7, metadata: { actor: "ada" } })
      expect(JSON.stringify(event!.occurredAt)).toBe("\"2020-01-01T00:00:00.123Z\"")
    }))
  )

  test(
    "stores an event once under a key, also if TypeScript has stored it",
    run(Effect.gen(function*() {
      const { sql, store } = yield* Stores.Database
      const stream = Stores.freshStream()
      const event = Stores.event({ type: "Opened", data: { a: 1, b: [true] } })
      const appended = yield* store.append(stream, [event], { idempotency: { key: stream } })
      const [again] = yield* sql<Record<string, unknown>>`
        select * from refold.append_event(${stream}, 'Opened', '{"b": [true], "a": 1}', idempotency_key => ${stream})`
      expect(again).toMatchObject({ version: 1n, position: BigInt(appended.position), deduplicated: true })
      const other = refusal(
        `select * from refold.append_event('${stream}', 'Opened', '{}', idempotency_key => '${stream}')`
      )
      expect(yield* other).toMatchObject({ code: "RF002", detail: { key: stream } })
    }))
  )

  test(
    "joins the caller's transaction, which survives a refusal after a savepoint",
    run(Effect.gen(function*() {
      const { sql, store } = yield* Stores.Database
      const stream = Stores.freshStream()
      const append = (expected: number) =>
        sql`select * from refold.append_event(${stream}, 'Happened', '1', ${expected}::int8)`
      yield* sql.withTransaction(Effect.gen(function*() {
        yield* append(0)
        const failed = yield* Effect.flip(sql.withTransaction(append(0)))
        expect(partsOf(failed)).toMatchObject({ code: "RF001" })
        yield* append(1)
      }))
      yield* Effect.ignore(sql.withTransaction(Effect.andThen(append(2), Effect.fail("rolled back"))))
      expect((yield* Stores.readStream(store, stream)).map(({ version }) => version)).toEqual([1, 2])
    }))
  )

  test(
    "fails with a retryable error in a transaction that cannot see an earlier append",
    run(Effect.gen(function*() {
      const { sql, store, url } = yield* Stores.Database
      const stream = Stores.freshStream()
      yield* store.append(stream, [Stores.event()])
      const session = yield* Stores.connect(url)
      yield* session`begin isolation level repeatable read`
      yield* session`select refold.stream_version(${stream})`
      yield* sql`select * from refold.append_event(${stream}, 'Happened', '1', 1)`
      const failed = yield* Effect.flip(session`select * from refold.append_event(${stream}, 'Happened', '2', 1)`)
      expect(partsOf(failed)).toMatchObject({ code: "40001" })
    }))
  )
})

const knownId = "00000000-0000-7000-8000-000000000001"
const unknownId = "00000000-0000-7000-8000-000000000002"

/** Every refusal, as `docs/src/content/docs/reference/sql-api.md` lists them. */
const refusals: ReadonlyArray<readonly [name: string, statement: string, parts: Readonly<Record<string, unknown>>]> = [
  ["another version", "append_event('taken-1', 'A', '1', 3)", {
    code: "RF001",
    message: "stream \"taken-1\" is at version 1, but was expected to be at version 3",
    detail: { stream: "taken-1", expected: 3, actual: 1 }
  }],
  ["a stream that should not be", "append_event('taken-1', 'A', '1', 0)", {
    code: "RF001",
    message: "stream \"taken-1\" is at version 1, but was expected to have no events"
  }],
  ["a stream that should be", "append_event('new-1', 'A', '1', -2)", {
    code: "RF001",
    message: "stream \"new-1\" has no events, but was expected to have some"
  }],
  ["a key used for something else", "append_event('taken-1', 'A', '2', idempotency_key => 'taken')", {
    code: "RF002",
    detail: { key: "taken" }
  }],
  ["a known id", "append_event('new-1', 'A', '1', event_id => '00000000-0000-7000-8000-000000000001')", {
    code: "RF003",
    detail: { id: "00000000-0000-7000-8000-000000000001" }
  }],
  ["no stream", "append_event(NULL, 'A', '1')", { code: "22023", message: expect.stringMatching(/^stream must/) }],
  ["a stream without category", "append_event('new', 'A', '1')", {
    code: "22023",
    detail: { field: "stream", rule: "must be category-id, both not empty" }
  }],
  ["no type", "append_event('new-1', NULL, '1')", { code: "22023", message: expect.stringMatching(/^type must/) }],
  ["no data", "append_event('new-1', 'A', NULL)", { code: "22023", message: "data must be JSON, not NULL" }],
  ["malformed data", "append_event('new-1', 'A', '{\"a\":')", { code: "22P02" }],
  ["a number that JavaScript cannot hold", "append_event('new-1', 'A', '[12345678901234567890]')", {
    code: "22023",
    detail: { field: "data", rule: "must hold only numbers that a double can hold, not 12345678901234567890" }
  }],
  ["an impossible version", "append_event('new-1', 'A', '1', -3)", {
    code: "22023",
    message: expect.stringMatching(/^expected_version must/)
  }],
  ["version -1, which other stores read as no stream", "append_event('new-1', 'A', '1', -1)", {
    code: "22023",
    detail: {
      field: "expected_version",
      rule: "must not be -1: leave it out (NULL) for any version, or give 0 for a stream without events"
    }
  }],
  [
    "version -1 in a document",
    `commit_events('[{"stream": "new-1", "expectedVersion": -1, "events": [{"type": "A", "data": 1}]}]')`,
    { code: "22023", message: expect.stringMatching(/^writes\[0\]\.expectedVersion must not be -1: leave it out/) }
  ],
  ["a time finer than milliseconds", "append_event('new-1', 'A', '1', occurred_at => '2020-01-01T00:00:00.0001Z')", {
    code: "22023",
    message: "occurred_at must be a time in the years 1 to 9999, in whole milliseconds",
    hint: "A time of the database has microseconds: date_trunc('milliseconds', now())."
  }],
  [
    "a time finer than microseconds in a document",
    `commit_events('[{"stream": "new-1", "events": [{"type": "A", "data": 1,
      "occurredAt": "2020-01-01T00:00:00.0000001Z"}]}]')`,
    {
      code: "22023",
      message: "writes[0].events[0].occurredAt must be a time in the years 1 to 9999, in whole milliseconds"
    }
  ],
  ["an empty key", "append_event('new-1', 'A', '1', idempotency_key => '')", {
    code: "22023",
    message: expect.stringMatching(/^idempotency_key must/)
  }],
  ["metadata that is no object", "append_event('new-1', 'A', '1', metadata => '[]')", {
    code: "22023",
    message: "metadata must be an object"
  }],
  ["schema version 0", "append_event('new-1', 'A', '1', schema_version => 0)", {
    code: "22023",
    message: expect.stringMatching(/^schema_version must/)
  }],
  ["a time that is none", "append_event('new-1', 'A', '1', occurred_at => 'infinity')", {
    code: "22023",
    message: expect.stringMatching(/^occurred_at must/)
  }],
  ["no writes", "commit_events('[]')", { code: "22023", message: expect.stringMatching(/^writes must/) }],
  ["a misspelt field", `commit_events('[{"stream": "new-1", "expected_version": 1, "events": []}]')`, {
    code: "22023",
    message: "writes[0].expected_version is not known"
  }],
  [
    "a stream twice",
    `commit_events('[{"stream": "new-1", "events": [{"type": "A", "data": 1}]},
    {"stream": "new-1", "events": [{"type": "A", "data": 1}]}]')`,
    {
      code: "22023",
      message: "writes[1].stream must not be in a commit twice"
    }
  ],
  [
    "one bad event of many",
    `commit_events('[{"stream": "new-1", "events": [{"type": "A", "data": 1},
    {"type": "A", "data": 1, "id": "7"}]}]')`,
    {
      code: "22023",
      message: "writes[0].events[1].id must be a UUID"
    }
  ],
  [
    "a conflict on one of two streams",
    `commit_events('[{"stream": "new-1", "events": [{"type": "A", "data": 1}]},
    {"stream": "taken-1", "expectedVersion": 0, "events": [{"type": "A", "data": 1}]}]')`,
    { code: "RF001" }
  ],
  ["a read of no stream", "read_stream(NULL)", {
    code: "22023",
    detail: { field: "stream", rule: "must be a text that is not empty" }
  }],
  ["a read of a category", "read_stream('taken')", {
    code: "22023",
    detail: { field: "stream", rule: "must be category-id, both not empty" }
  }],
  ["the version of a category", "stream_version('taken')", {
    code: "22023",
    detail: { field: "stream", rule: "must be category-id, both not empty" }
  }],
  ["a read from below the first version", "read_stream('taken-1', -1)", {
    code: "22023",
    detail: { field: "after", rule: "must be a whole number of 0 or more" }
  }],
  ["a read of fewer than no events", "read_all(max_count => -1)", {
    code: "22023",
    detail: { field: "max_count", rule: "must be a whole number of 0 or more" }
  }],
  ["a read as of a time that is none", "read_stream('taken-1', as_of_recorded_at => 'infinity')", {
    code: "22023",
    message: expect.stringMatching(/^as_of_recorded_at must be a time/)
  }],
  ["a read of a category with a dash", "read_all(categories => '{a,b-1}')", {
    code: "22023",
    detail: { field: "categories[1]", rule: "must not contain a dash" }
  }],
  ["a read of a type without a name", "read_all(types => '{\"\"}')", {
    code: "22023",
    detail: { field: "types[0]", rule: "must be a text of 1 to 255 characters" }
  }],
  ["a page of more streams than one may have", "list_streams(max_count => 1001)", {
    code: "22023",
    detail: { field: "max_count", rule: "must be a whole number from 1 to 1000" }
  }],
  ["a page of no streams", "list_streams(max_count => 0)", {
    code: "22023",
    detail: { field: "max_count", rule: "must be a whole number from 1 to 1000" }
  }],
  ["a list of a category with a dash", "list_streams('taken-1')", {
    code: "22023",
    detail: { field: "category", rule: "must not contain a dash" }
  }],
  ["a list after a name that is none", "list_streams(after => 'taken')", {
    code: "22023",
    detail: { field: "after", rule: "must be category-id, both not empty" }
  }],
  ["a look for no key", "find_key(NULL)", {
    code: "22023",
    detail: { field: "key", rule: "must be a text of 1 to 255 characters" }
  }],
  ["a look for the key of a process", "find_key('refold:p-1#1.0')", {
    code: "22023",
    detail: {
      field: "key",
      rule: "must not begin with \"refold:\": these keys are for commands that processes send"
    }
  }],
  ["a read backwards from below the first version", "read_stream_backwards('taken-1', -1)", {
    code: "22023",
    detail: { field: "before", rule: "must be a whole number of 0 or more" }
  }],
  ["a read backwards of no stream", "read_stream_backwards(NULL)", {
    code: "22023",
    detail: { field: "stream", rule: "must be a text that is not empty" }
  }],
  ["a read of the log backwards of fewer than no events", "read_all_backwards(max_count => -1)", {
    code: "22023",
    detail: { field: "max_count", rule: "must be a whole number of 0 or more" }
  }],
  ["a read by no correlation id", "read_by_correlation(NULL)", {
    code: "22023",
    detail: { field: "correlation_id", rule: "must be a text" }
  }],
  ["a read by no causation id", "read_by_causation(NULL)", {
    code: "22023",
    detail: { field: "causation_id", rule: "must be a text" }
  }],
  ["a rebuild of a category", "rebuild_from_snapshot('taken', 'pg_catalog.jsonb_agg', '0')", {
    code: "22023",
    detail: { field: "stream", rule: "must be category-id, both not empty" }
  }],
  ["an answer under an empty key", "first_answer('', 'f')", {
    code: "22023",
    message: expect.stringMatching(/^idempotency_key must/)
  }],
  [
    "a guard that does not hold",
    `commit_events('[{"stream": "new-1", "events": [{"type": "A", "data": 1}]},
    {"stream": "taken-1", "expectedVersion": 0, "events": []}]')`,
    { code: "RF001", detail: { stream: "taken-1", expected: 0, actual: 1 } }
  ],
  [
    "a guard at any version",
    `commit_events('[{"stream": "new-1", "events": [{"type": "A", "data": 1}]}, {"stream": "taken-1", "events": []}]')`,
    { code: "22023", message: "writes[1].expectedVersion must be given in a write without events" }
  ],
  [
    "guards without an event",
    `commit_events('[{"stream": "taken-1", "expectedVersion": 1, "events": []}]')`,
    { code: "22023", message: "writes must have at least one event" }
  ],
  [
    "a guard under another isolation",
    `commit_events('[{"stream": "new-1", "events": [{"type": "A", "data": 1}]},
    {"stream": "taken-1", "expectedVersion": 1, "events": []}]')`,
    { code: "0A000" }
  ],
  ["another last event", `append_event('taken-1', 'A', '1', 1, last_event_id => '${unknownId}')`, {
    code: "RF001",
    message: `stream "taken-1" is at version 1, but was expected to end with another event than ${knownId}`,
    detail: { stream: "taken-1", expected: 1, actual: 1, lastEventId: knownId }
  }],
  ["a last event of any version", `append_event('taken-1', 'A', '1', last_event_id => '${knownId}')`, {
    code: "22023",
    message: "last_event_id must come with an expected version of 1 or more"
  }],
  [
    "a last event that is no id",
    `commit_events('[{"stream": "taken-1", "expectedVersion": 1, "lastEventId": "1", "events": []}]')`,
    { code: "22023", message: "writes[0].lastEventId must be a UUID" }
  ],
  ["the whole log under another isolation", "read_all()", { code: "0A000" }],
  ["the log backwards under another isolation", "read_all_backwards()", { code: "0A000" }],
  ["a change of what has happened", "delete", { code: "23001" }]
]

// Statements that are refused because of their transaction or their kind, not because of their arguments.
const others: Readonly<Record<string, string>> = {
  "a guard under another isolation": "set transaction isolation level repeatable read",
  "read_all()": "set transaction isolation level repeatable read",
  "read_all_backwards()": "set transaction isolation level repeatable read",
  delete: "delete from refold.event_store"
}

const refused = Effect.fnUntraced(function*(name: string, statement: string) {
  const { sql } = yield* Stores.Database
  yield* sql`select * from refold.append_event('taken-1', 'A', '1', NULL, 'taken',
    event_id => '00000000-0000-7000-8000-000000000001')`
  const stored = sql`select * from refold.event_store order by "position"`
  const before = yield* stored
  const attempt = sql.withTransaction(Effect.gen(function*() {
    const first = others[name] ?? others[statement]
    if (first !== undefined) yield* sql.unsafe(first)
    yield* sql.unsafe(`select * from refold.${statement}`)
  }))
  return { error: partsOf(yield* Effect.flip(attempt)), before, after: yield* stored }
})

describe("a refusal", () => {
  test.each(refusals)(
    "of %s has a code, a message and JSON, and stores nothing",
    async (name, statement, expected) => {
      const { after, before, error } = await run(refused(name, statement))()
      expect(error).toMatchObject(expected)
      expect(after).toEqual(before)
    }
  )

  test("is in the documented table, by its code", () => {
    const page = Fs.readFileSync(
      new URL("../../../../docs/src/content/docs/reference/sql-api.md", import.meta.url),
      "utf8"
    )
    const codes = new Set(refusals.map(([, , { code }]) => code))
    for (const code of codes) expect(page).toContain(`\`${String(code)}\``)
  })
})

test(
  "any text is stored unchanged, and never executed as SQL",
  run(Effect.gen(function*() {
    const { sql, store } = yield* Stores.Database
    const texts = [
      "'; DROP TABLE refold.event_store; --",
      "') ; SELECT pg_sleep(10) ; --",
      "\\'; DELETE FROM refold.event_store; --",
      "$$; DROP SCHEMA refold CASCADE; $$",
      "$fold$ || (SELECT 1) || $fold$",
      "%I %L %s %1$s %%",
      "\"; --",
      "U&'\\0027'",
      "E'\\x27'",
      "/* */ ; --",
      "\u2019 OR 1=1",
      "a\\nb\\tc\\r\\\\n",
      "{\"$ne\": null}",
      ":stream ::text $1 ?"
    ]
    for (const text of texts) {
      const stream = `x${crypto.randomUUID().slice(0, 8)}-${text}`
      yield* sql.unsafe(
        `select * from refold.append_event(${quoted(stream)}, ${quoted(text)}, to_jsonb(${quoted(text)}::text),
        0, ${quoted(stream)}, jsonb_build_object('actor', ${quoted(text)}))`
      )
      yield* sql.unsafe(
        `select * from refold.commit_events(jsonb_build_array(jsonb_build_object('stream', ${quoted(stream)},
        'events', jsonb_build_array(jsonb_build_object('type', ${quoted(text)}, 'data', ${quoted(text)})))),
        ${quoted(`${stream}c`)}, ${quoted(text)})`
      )
      const events = yield* Stores.readStream(store, Stores.streamName(stream))
      expect(events).toMatchObject([{ type: text, data: text, metadata: { actor: text } }, { type: text, data: text }])
      const read = sql.unsafe(`select * from refold.read_stream(${quoted(stream)})`)
      const all = sql.unsafe(`select * from refold.read_all(types => array[${quoted(text)}], categories => array[
        split_part(${quoted(stream)}, '-', 1)])`)
      expect([(yield* read).length, (yield* all).length]).toEqual([2, 2])
      // No view and no fingerprint have that name, so no snapshot is found.
      const rebuilt = sql.unsafe(`select (refold.rebuild_from_snapshot(${quoted(stream)}, 'pg_catalog.count', '0',
        ${quoted(text)}, ${quoted(text)})).version`)
      expect(partsOf(yield* Effect.flip(rebuilt)).code).toMatch(/^42/)
    }
    expect((yield* sql`select to_regclass('refold.event_store') is not null as is_there`)[0]).toEqual({
      is_there: true
    })
  }))
)

test(
  "read_stream is checked and planned as a part of the query that calls it",
  run(Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    yield* sql`select * from refold.append_event('planned-1', 'A', '1')`
    const plan = yield* sql<Record<string, string>>`
      explain select type from refold.read_stream('planned-1', max_count => 10) where type = 'A'`
    const text = plan.flatMap((row) => Object.values(row)).join("\n")
    expect(text).toContain("event_store_stream_version")
    expect(text).not.toContain("Function Scan")
    const counted = (names: string) =>
      sql.unsafe(
        `select (select count(*)::int from refold.read_stream(n)) as events from unnest('${names}'::text[]) as n`
      )
    expect(yield* counted("{planned-1,planned-2}")).toEqual([{ events: 1 }, { events: 0 }])
    expect(partsOf(yield* Effect.flip(counted("{planned-1,planned}")))).toMatchObject({ code: "22023" })
  }))
)

test(
  "a role that reads by SQL needs the rights that the documentation lists",
  run(Effect.gen(function*() {
    const opened = yield* Stores.Database
    const page = Fs.readFileSync(
      new URL("../../../../docs/src/content/docs/reference/sql-api.md", import.meta.url),
      "utf8"
    )
    expect(page).toContain(
      "`read_stream`, `read_all`, `read_head`, `stream_version`, and `checked_head`, `check_stream_read` and `check_log_read`"
    )
    const session = yield* Stores.connect(
      yield* LoginRole.login(opened, "sql_reader", [
        "usage on schema refold",
        "select on refold.event_store, refold.event_position",
        `execute on function refold.read_stream, refold.read_all, refold.read_head, refold.stream_version,
          refold.checked_head, refold.check_stream_read, refold.check_log_read`
      ])
    )
    yield* opened.sql`select * from refold.append_event('read-1', 'A', '1')`
    expect(yield* session`select * from refold.read_stream('read-1')`).toHaveLength(1)
    expect(yield* session`select * from refold.read_all(categories => '{read}')`).toHaveLength(1)
    expect(yield* session`select refold.stream_version('read-1') as version`).toEqual([{ version: 1n }])
    expect(partsOf(yield* Effect.flip(session`select * from refold.read_stream('read')`))).toMatchObject({
      code: "22023"
    })
  }))
)

describe("a role that writes by SQL", () => {
  const login = Effect.flatMap(Stores.Database, (opened) => LoginRole.ofKind(opened, ["sql-writer"]))

  test(
    "needs only the functions of the SQL API, and can do nothing else",
    run(Effect.gen(function*() {
      const session = yield* Stores.connect(yield* login)
      const stream = Stores.freshStream()
      yield* session`select * from refold.append_event(${stream}, 'Opened', '1')`
      yield* session`select * from refold.commit_events(jsonb_build_array(jsonb_build_object('stream', ${stream}::text,
        'events', '[{"type": "Closed", "data": 2}]'::jsonb)))`
      const others = [
        `insert into refold.event_store (stream) values ('a-1')`,
        "select * from refold.event_store",
        "delete from refold.event_store",
        "truncate refold.event_store",
        "update refold.event_store set data = '1'",
        `select refold.save_snapshot('a-1', 'v', 'f', 1, 1, now(), '1')`,
        `select * from refold.store_commit(NULL, NULL, false, '{a-1}', '{0}', '{1}', NULL, '{A}', '{1}', '{1}', '{"{}"}', NULL, NULL)`
      ]
      for (const statement of others) {
        expect([statement, partsOf(yield* Effect.flip(session.unsafe(statement))).code]).toEqual([statement, "42501"])
      }
    }))
  )

  test(
    "cannot replace functions with its own",
    run(Effect.gen(function*() {
      const { sql } = yield* Stores.Database
      const url = yield* login
      const session = yield* Stores.connect(url)
      yield* sql.unsafe(`grant create on schema public to ${LoginRole.nameOf(url)}`)
      yield* session`create function public.date_trunc(text, timestamptz) returns timestamptz language sql
        as $$ select 'epoch'::timestamptz $$`
      yield* session`set search_path = public, pg_catalog`
      const [row] = yield* session<{ at: Date }>`select recorded_at as at from refold.append_event('mine-1', 'A', '1')`
      expect(row!.at.getUTCFullYear()).toBeGreaterThan(2000)
    }))
  )
})

test(
  "a subscriber misses no event of concurrent writers in SQL and in TypeScript",
  run(Effect.gen(function*() {
    const { sql, store, url } = yield* Stores.Database
    const [{ start }] = (yield* sql<{ start: bigint }>`select refold.read_head() as start`) as [{ start: bigint }]
    const followed = yield* Following.follow(store.subscribe({ categories: ["mixed"] }))
    const streams = ["mixed-1", "mixed-2", "mixed-3"]
    const bySql = Effect.fnUntraced(function*(writer: number) {
      const session = yield* Stores.connect(url)
      for (let n = 0; n < 40; n++) {
        yield* session`begin`
        yield* session`select * from refold.append_event(${streams[n % 3]!}, 'BySql', ${String(n)}::jsonb)`
        // Some transactions stay open for a while, some are rolled back.
        if (n % 5 === writer % 5) yield* session`select pg_sleep(0.01)`
        yield* n % 7 === writer ? session`rollback` : session`commit`
      }
    })
    const byTypeScript = (writer: number) =>
      Effect.forEach(
        Array.from({ length: 40 }, (_, n) => Stores.streamName(streams[(n + writer) % 3]!)),
        (stream) => store.append(stream, [Stores.event({ type: "ByTypeScript" })]),
        { discard: true }
      )
    yield* Effect.all([bySql(1), bySql(2), bySql(3), byTypeScript(1), byTypeScript(2)], { concurrency: "unbounded" })
    const stored = (yield* Following.storedAfter(sql, Number(start))).length
    yield* followed.untilCount(stored)
    const positions = followed.seen.map(({ position }) => position)
    expect(positions).toEqual(positions.toSorted((a, b) => a - b))
    const read = yield* sql<
      { id: string }
    >`select event_id as id from refold.read_all(${start}, categories => '{mixed}')`
    expect(followed.ids()).toEqual(read.map(({ id }) => id))
    expect(new Set(followed.seen.map(({ type }) => type))).toEqual(new Set(["BySql", "ByTypeScript"]))
    for (const stream of streams) {
      const versions = followed.seen.filter((event) => event.stream === stream).map(({ version }) => version)
      expect(versions).toEqual(versions.map((_, index) => index + 1))
    }
  }))
)

test(
  "read_all stops before a position that may still be committed",
  run(Effect.gen(function*() {
    const { sql, url } = yield* Stores.Database
    const late = yield* Stores.connect(url)
    yield* late`begin`
    yield* late`select * from refold.append_event('late-1', 'A', '1')`
    yield* sql`select * from refold.append_event('late-2', 'A', '2')`
    const read = sql<{ stream: string }>`select stream from refold.read_all(categories => '{late}')`
    expect(yield* read).toEqual([])
    yield* late`commit`
    expect(yield* read).toEqual([{ stream: "late-1" }, { stream: "late-2" }])
  }))
)

describe("rebuild_from_snapshot", () => {
  const fold = Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    yield* sql`create or replace function public.add(state jsonb, start jsonb, event refold.event_store) returns jsonb
      language sql as $$ select to_jsonb(coalesce(state, start)::numeric + event.data::numeric) $$`
    yield* Effect.ignore(
      sql`create aggregate public.total(jsonb, refold.event_store) (sfunc = public.add, stype = jsonb)`
    )
    return sql
  })

  test(
    "returns the same state from a snapshot and from the initial state, at every version",
    run(Effect.gen(function*() {
      const sql = yield* fold
      const stream = Stores.freshStream()
      for (let n = 1; n <= 6; n++)
        yield* sql`select * from refold.append_event(${stream}, 'Added', ${String(10 ** n)}::jsonb)`
      const rebuild = (as_of: number, fingerprint: string | null) =>
        Effect.map(
          sql<
            Record<string, unknown>
          >`select * from refold.rebuild_from_snapshot(${stream}, 'public.total', '0', 'total',
            ${fingerprint}, as_of_version => ${as_of}::int8)`,
          ([row]) => row!
        )
      const fourth = yield* rebuild(4, null)
      yield* sql`select refold.save_snapshot(${stream}, 'total', 'f1', 4, ${fourth["position"]}::int8,
        ${fourth["recorded_at"]}::timestamptz, ${JSON.stringify(fourth["state"])}::text::jsonb)`
      for (let version = 0; version <= 6; version++) {
        const { events, snapshot_version, ...full } = yield* rebuild(version, null)
        const from = yield* rebuild(version, "f1")
        expect([events, snapshot_version]).toEqual([BigInt(version), 0n])
        expect(from).toMatchObject(full)
        expect(from["snapshot_version"]).toBe(version < 4 ? 0n : 4n)
        expect(yield* rebuild(version, "of other code")).toMatchObject({ ...full, snapshot_version: 0n })
      }
    }))
  )

  test(
    "of a stream without events is the initial state",
    run(Effect.gen(function*() {
      const sql = yield* fold
      const [row] = yield* sql`select * from refold.rebuild_from_snapshot('none-1', 'public.total', '7')`
      expect(row).toMatchObject({ version: 0n, position: null, state: 7, events: 0n })
    }))
  )
})

test(
  "every object in the schema has a comment",
  run(Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    const silent = yield* sql<{ name: string }>`
      select p.oid::regprocedure::text as name from pg_proc p
      where pronamespace = 'refold'::regnamespace and obj_description(p.oid, 'pg_proc') is null
      union all
      select c.oid::regclass::text from pg_class c
      where relnamespace = 'refold'::regnamespace and relkind in ('r', 'v', 'm', 'S') and obj_description(c.oid, 'pg_class') is null
        and c.relname <> 'migrations' and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i')
      union all
      select t.oid::regtype::text from pg_type t join pg_class c on c.oid = t.typrelid
      where typnamespace = 'refold'::regnamespace and c.relkind = 'c' and obj_description(t.oid, 'pg_type') is null
      union all
      select tgname from pg_trigger where not tgisinternal and tgrelid = 'refold.event_store'::regclass
        and obj_description(oid, 'pg_trigger') is null
      order by 1`
    expect(silent).toEqual([])
    const [{ text }] = (yield* sql<{ text: string }>`
      select obj_description('refold.append_event'::regproc, 'pg_proc') as text`) as [{ text: string }]
    expect(text).toMatch(/^Appends one event to a stream, from psql and from any language\.\n {2}stream +category-id/)
  }))
)
