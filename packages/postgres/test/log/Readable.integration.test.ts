// The table holds only rows that readers can read, for any arguments of append_events.
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import * as LoginRole from "../support/LoginRole.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

/** The arguments of a call that appends one event, as SQL. */
const soundCall = {
  keys: `ARRAY['']`,
  fingerprints: `ARRAY['']`,
  write_counts: `ARRAY[1]`,
  streams: `ARRAY['thing-1']`,
  expected: `ARRAY[-1]::bigint[]`,
  event_counts: `ARRAY[1]`,
  event_ids: `ARRAY[gen_random_uuid()]`,
  event_types: `ARRAY['Happened']`,
  event_schema_versions: `ARRAY[1]::smallint[]`,
  event_data: `ARRAY['{}']::jsonb[]`,
  event_metadata: `ARRAY['{}']::jsonb[]`,
  event_occurred_at: `ARRAY['2020-01-01T00:00:00Z']::timestamptz[]`
}

type Arguments = Partial<typeof soundCall>

const call = (changed: Arguments): string =>
  `select from refold.append_events(${
    Object.entries({ ...soundCall, ...changed }).map(([name, value]) => `${name} => ${value}`).join(", ")
  })`

const json = (text: string): string => `ARRAY[${text}]::jsonb[]`
const time = (text: string): string => `ARRAY['${text}']::timestamptz[]`

const unreadable = /violates check constraint "event_store_readable"/

const refused: ReadonlyArray<readonly [name: string, changed: Arguments, message: RegExp]> = [
  ["a time without end", { event_occurred_at: time("infinity") }, unreadable],
  ["a time without a beginning", { event_occurred_at: time("-infinity") }, unreadable],
  ["the year 10000", { event_occurred_at: time("10000-01-01T00:00:00Z") }, unreadable],
  ["a number beyond all doubles", { event_data: json(`'{"n": 1e400}'`) }, unreadable],
  ["a number between two doubles", { event_data: json(`'[9007199254740993]'`) }, unreadable],
  ["a number near 0 below all doubles", { event_data: json(`'[1e-400]'`) }, unreadable],
  ["5,000 levels", { event_data: json(`repeat('[', 5000) || repeat(']', 5000)`) }, unreadable],
  ["513 levels", { event_data: json(`repeat('{"a": ', 512) || '[]' || repeat('}', 512)`) }, unreadable],
  ["a key that V8 misreads", { event_data: json(String.raw`'{"a": [{"\n": 1}]}'`) }, unreadable],
  ["a quote mark as a key", { event_data: json(String.raw`'{"\"": 1}'`) }, unreadable],
  ["a number as the actor", { event_metadata: json(`'{"actor": 7}'`) }, unreadable],
  ["an object as the correlation id", { event_metadata: json(`'{"correlationId": {}}'`) }, unreadable],
  ["null as the causation id", { event_metadata: json(`'{"causationId": null}'`) }, unreadable],
  ["an array as metadata", { event_metadata: json(`'[]'`) }, unreadable],
  ["a large number in metadata", { event_metadata: json(`'{"n": 1e309}'`) }, unreadable],
  ["a type that begins with a byte order mark", { event_types: String.raw`ARRAY[E'\uFEFFHappened']` }, unreadable],
  ["a type with a line break", { event_types: String.raw`ARRAY[E'Happened\nagain']` }, unreadable],
  ["a stream with a line separator", { streams: String.raw`ARRAY[E'thing-1\u2028']` }, unreadable],
  ["an empty type", { event_types: `ARRAY['']` }, unreadable],
  ["a type of 256 UTF-16 units", { event_types: String.raw`ARRAY[repeat(E'\U0001D11E', 128)]` }, unreadable],
  ["a stream without an id", { streams: `ARRAY['thing']` }, unreadable],
  ["a stream that begins with a byte order mark", { streams: String.raw`ARRAY[E'\uFEFFthing-1']` }, unreadable],
  ["a control character in a category", { streams: String.raw`ARRAY[E'th\u009bing-1']` }, unreadable],
  ["schema version 0", { event_schema_versions: `ARRAY[0]::smallint[]` }, unreadable],
  ["a count below 0", { event_counts: `ARRAY[-5]` }, /counts must not be negative/],
  ["a count that is NULL", { event_counts: `ARRAY[NULL]::int[]` }, /counts must not be negative/],
  ["a commit without writes", { write_counts: `ARRAY[0]` }, /must have a write/],
  ["an expected version below -2", { expected: `ARRAY[-3]::bigint[]` }, /versions not below -2/],
  ["an expected version that is NULL", { expected: `ARRAY[NULL]::bigint[]` }, /versions not below -2/],
  [
    "a key for no events",
    { keys: `ARRAY['used up']`, event_counts: `ARRAY[0]`, event_ids: `ARRAY[]::uuid[]` },
    /must have at least one event/
  ],
  ["fewer types than events", { event_types: `ARRAY[]::text[]` }, /null value in column "type"/],
  ["more ids than events", { event_ids: `ARRAY[gen_random_uuid(), gen_random_uuid()]` }, /one element per/],
  ["more streams than writes", { streams: `ARRAY['thing-1', 'thing-2']` }, /one element per/],
  ["arrays that begin at 2", { event_types: `'[2:2]={Happened}'::text[]` }, /null value in column "type"/]
]

test.each(refused)(
  "a role that may only execute append_events cannot store %s",
  (_name, changed, message) =>
    run(Effect.gen(function*() {
      const { sql, url } = yield* Stores.Database
      const writer = yield* Stores.connect(
        yield* LoginRole.login({ sql, url }, "liar", [
          "usage on schema refold",
          "execute on all functions in schema refold"
        ])
      )
      const stored =
        sql`select (select count(*) from refold.event_store) + (select count(*) from refold.idempotency_keys) as n`
      yield* writer.unsafe(call({}))
      const before = yield* stored
      const { reason } = yield* Effect.flip(writer.unsafe(call(changed)))
      expect(String(reason.cause)).toMatch(message)
      expect(yield* stored).toEqual(before)
    }))()
)

test(
  "a session with standard_conforming_strings off cannot store a key that V8 misreads",
  run(Effect.gen(function*() {
    const { url } = yield* Stores.Database
    const session = yield* Stores.connect(url)
    yield* session`set standard_conforming_strings = off`
    yield* session`set escape_string_warning = off`
    const { reason } = yield* Effect.flip(
      session.unsafe(call({ event_data: json(String.raw`E'{"\\"": 1}'`) }))
    )
    expect(String(reason.cause)).toMatch(unreadable)
  }))
)

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "-", "\ufeff", "𝄞", "é", "\n"), maxLength: 6 }),
  fc.constantFrom("a", "é", "𝄞").chain((unit) =>
    fc.integer({ min: 125, max: 257 }).map((length) => `c-${unit.repeat(length)}`)
  )
)

// JSON texts near the limits of the rules, mixed with numbers and texts that are similar and valid.
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
    fc.constantFrom("1e400", "1e-400", "0.1000000000000000000001", "1e308", "5e-324", "-0", "12345678901234567890"),
    fc.string({ unit: fc.constantFrom("\\", "\"", ":", "7", "\n", "a"), maxLength: 20 }).map((s) => JSON.stringify(s)),
    fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    fc.array(
      fc.tuple(fc.constantFrom("a", "\n", "\"", "\u001f", "\\", "\\n", "ab", "", "\n:", "\u007f"), tie("value")),
      { maxLength: 3 }
    ).map((fields) => `{${fields.map(([key, field]) => `${JSON.stringify(key)}: ${field}`).join(", ")}}`)
  )
}))

const metadata = fc.oneof(
  value.map((field) => `{"other": ${field}}`),
  fc.tuple(fc.constantFrom("actor", "correlationId", "causationId"), value).map(([name, field]) =>
    `{"${name}": ${field}}`
  ),
  fc.constantFrom("[]", "{}", "null")
)

const occurredAt = fc.constantFrom(
  "2020-01-01T00:00:00.123Z",
  "0001-01-01T00:00:00Z",
  "0001-12-31T23:59:59Z BC",
  "9999-12-31T23:59:59.999Z",
  "10000-01-01T00:00:00Z",
  "infinity",
  "-infinity"
)

const sound = ["a-1", "Happened", "{}", "{}", "2020-01-01T00:00:00Z"]

/** Stream, type, data, metadata and time of an event. All but one are valid, so that each rule is tested alone. */
const events = fc.tuple(
  fc.nat({ max: 4 }),
  fc.tuple(text, text, value, metadata, occurredAt)
).map(([changed, fields]) => sound.map((field, index) => index === changed ? fields[index] : field))

test(
  "the table refuses an event exactly if the functions of the SQL API refuse it",
  run(Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    const query = ([stream, type, data, meta, occurred]: ReadonlyArray<string | undefined>) =>
      sql<{ readable: boolean; allowed: boolean }>`
        with event as (
          select ${data}::text::jsonb as data, ${meta}::text::jsonb as metadata, ${occurred}::text::timestamptz as at
        )
        select refold.readable_size(${stream}::text, ${type}::text, 1::smallint, data, metadata, at) < 1073741824 as readable,
          refold.stream_problem(${stream}::text) is null
            and refold.event_problem(${type}::text, data, metadata, 1, at) is null as allowed
        from event`
    const tally = { readable: 0, not: 0 }
    yield* Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(events, async (event) => {
          const [row] = await Effect.runPromise(query(event))
          const { allowed, readable } = row!
          tally[readable ? "readable" : "not"]++
          expect([event, readable]).toEqual([event, allowed])
        }),
        { numRuns: 1000 }
      )
    )
    expect(Math.min(tally.readable, tally.not)).toBeGreaterThan(200)
  }))
)

test(
  "a name or data far beyond the limits is refused without checking each character and number",
  run(Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    const calls = [
      ["repeat('a-', 50000000), 'T', '{}'", "stream must not be longer than 255 characters"],
      [
        "'a-1', 'T', (select jsonb_agg(n + 0.1234567890123456789) from generate_series(1, 400000) as n)",
        "data must not be longer than 8388608 bytes as JSON text"
      ]
    ]
    for (const [args, message] of calls) {
      const { reason } = yield* Effect.flip(sql.unsafe(`select refold.append_event(${args})`))
      expect(String(reason.cause)).toContain(message)
    }
  }))
)
