// SQL checks the same rules as core before it stores, and the canonical text of a JSON value is the same in both languages.
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Json from "@refold/core/event/Json"
import * as NewEvent from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { storedLength } from "@refold/core/internal/event/StoredLength"
import * as Commit from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import * as fc from "fast-check"
import { afterAll, describe, expect, test } from "vitest"
import * as EmbeddedStore from "../support/EmbeddedStore.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as ReadRefusals from "../support/ReadRefusals.ts"
import * as Server from "../support/Server.ts"
import * as Stores from "../support/Stores.ts"

const runtimes = {
  "on a server": ManagedRuntime.make(Layer.orDie(Server.layer)),
  embedded: ManagedRuntime.make(Layer.orDie(EmbeddedStore.layer()))
}

afterAll(() => Promise.all(Object.values(runtimes).map((runtime) => runtime.dispose())))

// Names near every limit of the rules. Texts that jsonb cannot hold are left out, because they reach no function.
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 5 }),
  fc.string({ unit: fc.constantFrom("a", "-", "\ufeff", "𝄞", "é", " ", "\n"), maxLength: 6 }),
  fc.constantFrom(
    ...Array.from("\u0001\t\n\r\u001b\u001f \u007f\u0080\u0085\u009b\u009f\u00a0\u2027\u2028\u2029\u202a\u202e")
  )
    .map((control) => `c-${control}d`),
  fc.constantFrom("a", "é", "𝄞").chain((unit) =>
    fc.integer({ min: 125, max: 257 }).map((length) => `c-${unit.repeat(length)}`)
  )
).filter((text) => text.isWellFormed() && !text.includes("\u0000"))

const key = fc.oneof(
  fc.string({ unit: fc.constantFrom("\uffff", "\ue000", "𝄞", "\ud7ff"), maxLength: 3 }),
  fc.constantFrom("\n", "\"", "\u001f", "a", "", "\\", "__proto__", "\u007f", "é"),
  text
)

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.constantFrom(
      1e21,
      1e-7,
      5e-324,
      1.7976931348623157e308,
      0.1,
      123456789012345680000,
      59996461378739020,
      1e23,
      -1e23,
      -1.5e-9,
      -0
    ),
    text,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(key, tie("json"), { maxKeys: 3 })
  )
}))

const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

const handle = CommandHandler.make(Sample.aggregate)
let next = 0

const ruleOf = (result: Result.Result<unknown, InvalidInput>) => Result.isFailure(result) ? result.failure.rule : null

const isRefused = (result: Result.Result<unknown, unknown>) => Result.isFailure(result)

describe.each(Object.entries(runtimes))("%s", (_where, runtime) => {
  const answerOf = <A>(query: (sql: SqlClient.SqlClient) => Effect.Effect<ReadonlyArray<{ answer: A }>, unknown>) =>
    runtime.runPromise(
      Effect.flatMap(SqlClient.SqlClient, (sql) => Effect.map(query(sql), ([row]) => row!.answer))
    )
  const check = <A>(arbitrary: fc.Arbitrary<A>, holds: (value: A) => Promise<void>) =>
    fc.assert(fc.asyncProperty(arbitrary, holds), { numRuns: 300 })

  test("a name is refused if core refuses it", () =>
    check(text, async (name) => {
      const problem = await answerOf<string | null>((sql) => sql`select refold.name_problem(${name}) as answer`)
      expect([name, problem]).toEqual([name, ruleOf(NewEvent.checkName(name, "type"))])
    }))

  test("the name of a stream is refused if core refuses it", () =>
    check(text, async (name) => {
      const problem = await answerOf<string | null>((sql) => sql`select refold.stream_problem(${name}) as answer`)
      expect([name, problem]).toEqual([name, ruleOf(StreamName.parse(name))])
    }))

  test.each(ReadRefusals.kinds)(
    "a read of the %s is refused if core refuses it, with the same message",
    (kind) =>
      check(ReadRefusals.reads(text), async (read) => {
        const refused = await runtime.runPromise(
          Effect.flatMap(SqlClient.SqlClient, (sql) => ReadRefusals.refusalBySql(sql, kind, read))
        )
        expect([read, refused]).toEqual([read, ReadRefusals.byCore[kind](read)])
      })
  )

  test("JSON is refused if core refuses it", () =>
    check(json, async (value) => {
      const problem = await answerOf<string | null>((sql) =>
        sql`select refold.json_problem(${JSON.stringify(value)}::text::jsonb) as answer`
      )
      expect(problem !== null).toEqual(isRefused(Json.storable(value, "data")))
    }))

  test.each([1, 511, 512, 513, 600])("JSON %i levels deep is refused if core refuses it", async (depth) => {
    const value = nested(depth)
    const problem = await answerOf<string | null>((sql) =>
      sql`select refold.json_problem(${JSON.stringify(value)}::text::jsonb) as answer`
    )
    expect(problem !== null).toBe(isRefused(Json.storable(value, "data")))
  })

  test("a number that JavaScript would read as another one is refused, and every number that it has written is accepted", () =>
    check(
      fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 1 })),
      async ([number, whole]) => {
        const written = JSON.stringify(number)
        const more = `${whole}.0000000000000000000000001`
        const [own, other] = await answerOf<ReadonlyArray<string | null>>((sql) =>
          sql`select array[refold.json_problem(${written}::text::jsonb), refold.json_problem(${more}::text::jsonb)] as answer`
        )
        expect([written, own]).toEqual([written, null])
        expect([more, other]).toEqual([more, expect.stringContaining("a double")])
      }
    ))

  test("the canonical text of a JSON value is that of core", () =>
    check(json, async (value) => {
      const storable = Json.storable(value, "data")
      if (Result.isFailure(storable)) return
      const canonical = await answerOf<string>((sql) =>
        sql`select refold.canonical_json(${JSON.stringify(value)}::text::jsonb) as answer`
      )
      expect(canonical).toBe(Json.canonical(storable.success))
    }))

  test("text inside a string is not checked as a key or a number", async () => {
    const harmless = [String.raw`"\n": 1`, "12345678901234567890", String.raw`\\": "\"": `, "{", "\""]
    const ofText = (text: string, ...more: ReadonlyArray<unknown>) => [{ [`a ${text}`]: text }, text, [text, ...more]]
    for (const text of harmless) {
      for (const more of [[], [{ "\"": 1 }], [{ a: { "\u001f": [] } }], [{ "\u007f": 1, "ab\n": 2, "\\": 3 }]]) {
        const value = ofText(text, ...more)
        const problem = await answerOf<string | null>((sql) =>
          sql`select refold.json_problem(${JSON.stringify(value)}::text::jsonb) as answer`
        )
        expect([value, problem === null]).toEqual([value, Result.isSuccess(Json.storable(value, "data"))])
      }
    }
    const numbers = `{"a": "1.5", "b": ["\\"", 1.5, 12345678901234567890]}`
    expect(await answerOf((sql) => sql`select refold.json_problem(${numbers}::text::jsonb) as answer`))
      .toBe("must hold only numbers that a double can hold, not 12345678901234567890")
  })

  test("a command has a fingerprint up to 32 levels and 1 MiB, and a larger one is refused with the field and the rule", async () => {
    const fingerprint = (command: string) =>
      answerOf<string>((sql) => sql`select refold.command_fingerprint('c', 'i', ${command}::text::jsonb) as answer`)
    const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels)
    const ofLength = (length: number) => JSON.stringify("x".repeat(length - 2))
    expect(await fingerprint(nested(32))).toBe(`["c","i",${nested(32)}]`)
    expect(await fingerprint(ofLength(1_048_576))).toHaveLength(1_048_576 + `["c","i",]`.length)
    for (
      const [command, rule] of [
        [nested(33), "must not nest deeper than 32"],
        [ofLength(1_048_577), "must not be longer than 1048576 bytes as JSON text"]
      ] as const
    ) {
      await expect(fingerprint(command)).rejects.toMatchObject({
        reason: { cause: { code: "22023", message: `command ${rule}` } }
      })
    }
  })

  test("a number with a huge text is refused before the text is made, which would take gigabytes", async () => {
    const huge = `[${Array.from({ length: 9000 }, (_, index) => index % 2 === 0 ? "1e131071" : "-1e-16383").join(",")}]`
    const rule = "must hold only numbers that a double can hold"
    for (
      const [field, statement] of [
        ["data", "select refold.append_event('a-1', 'T', $1::text::jsonb)"],
        [
          "metadata",
          "select refold.append_event('a-1', 'T', '1', null, null, jsonb_build_object('m', $1::text::jsonb))"
        ],
        [
          "writes[0].events[0].data",
          `select refold.commit_events(jsonb_build_array(jsonb_build_object('stream', 'a-1', 'events',
            jsonb_build_array(jsonb_build_object('type', 'T', 'data', $1::text::jsonb)))))`
        ],
        ["command", "select refold.command_fingerprint('c', 'i', $1::text::jsonb)"]
      ] as const
    ) {
      await expect(answerOf((sql) => sql.unsafe(statement, [huge]))).rejects.toMatchObject({
        reason: { cause: { code: "22023", message: expect.stringContaining(`${field} ${rule}`) } }
      })
    }
  })

  test("the text of a JSON value has the number of bytes that core counts", () =>
    check(json, async (value) => {
      const storable = Json.storable(value, "data")
      if (Result.isFailure(storable)) return
      const length = await answerOf<number>((sql) =>
        sql`select octet_length(${JSON.stringify(value)}::text::jsonb::text) as answer`
      )
      expect([value, storedLength(storable.success)]).toEqual([value, length])
    }))

  test("SQL finds the answer to a command that TypeScript has handled under a key, only for that key and command", () =>
    check(fc.tuple(text, Sample.commands, Sample.commands), async ([id, command, other]) => {
      const idempotencyKey = `${id.slice(0, 100)}-${next++}`
      const handled = await runtime.runPromise(Effect.result(handle(idempotencyKey, command, { idempotencyKey })))
      if (Result.isFailure(handled) || handled.success.events.length === 0) return
      const answer = (sent: Sample.Command) =>
        answerOf<number>((sql) =>
          sql`select version::int as answer from refold.first_answer(${idempotencyKey}, refold.command_fingerprint(
              ${Sample.aggregate.category}, ${idempotencyKey}, ${JSON.stringify(sent)}::text::jsonb))`
        )
      expect(await answer(command)).toBe(handled.success.version)
      if (Equal.equals(other, command)) return
      await expect(answer(other)).rejects.toMatchObject({ reason: { cause: { code: "RF002" } } })
    }))

  test("new ids are of version 7, and in the order of their milliseconds", async () => {
    const ids = await answerOf<ReadonlyArray<string>>((sql) =>
      sql`select array_agg(refold.new_event_id()::text order by n) as answer from generate_series(1, 100) as n`
    )
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const millis = ids.map((id) => id.slice(0, 13))
    expect(millis).toEqual(millis.toSorted())
    expect(new Set(ids).size).toBe(100)
  })
})

/** Functions with missing checks, each with the kind of read that detects it. */
const faults: ReadonlyArray<readonly [name: string, kind: typeof ReadRefusals.kinds[number], statement: string]> = [
  [
    "reads check only their stream",
    "stream",
    `create or replace function refold.read_problem(
      after bigint, max_count bigint, as_of_version bigint, as_of_position bigint, as_of_recorded_at timestamptz,
      as_of_occurred_at timestamptz, types text[], categories text[], before bigint
    ) returns jsonb language sql immutable as $$ select null::jsonb $$`
  ],
  [
    "a read of an invalid stream name is empty",
    "version",
    `create or replace function refold.stream_problem(name text) returns text language sql immutable
      as $$ select null::text $$`
  ],
  [
    "categories are not checked",
    "log",
    `create or replace function refold.category_problem(name text) returns text language sql immutable
      as $$ select null::text $$`
  ],
  [
    "a time is truncated",
    "stream",
    `create or replace function refold.time_problem(value timestamptz) returns text language sql immutable
      as $$ select null::text $$`
  ]
]

test.each(faults)(
  "the law detects that %s",
  (_name, kind, statement) =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const { sql } = yield* Stores.open(yield* freshDatabase())
      yield* sql.unsafe(statement)
      const property = fc.asyncProperty(ReadRefusals.reads(text), async (read) => {
        const refused = await Effect.runPromise(Effect.exit(ReadRefusals.refusalBySql(sql, kind, read)))
        const core = ReadRefusals.byCore[kind](read)
        return refused._tag === "Success" && refused.value?.field === core?.field && refused.value?.rule === core?.rule
      })
      const verdict = yield* Effect.promise(() =>
        fc.check(property, { numRuns: 300 }) as Promise<fc.RunDetails<unknown>>
      )
      expect(verdict.failed).toBe(true)
    })))
)

describe("a document of writes", () => {
  const event = fc.record({
    type: fc.oneof(fc.constant("Happened"), text, fc.integer()),
    data: json,
    schemaVersion: fc.oneof(fc.constant(1), fc.constantFrom(0, 1.5, 32_767, 32_768, "1")),
    metadata: fc.oneof(fc.constant({}), fc.constantFrom({ actor: "ada" }, { actor: 1 }, [], { causationId: null })),
    id: fc.oneof(fc.uuid(), fc.constantFrom("x", "", 7)),
    occurredAt: fc.constantFrom("2026-01-31T12:00:00.000Z", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z")
  }, { requiredKeys: ["type", "data", "schemaVersion", "metadata", "id", "occurredAt"] })
  const write = fc.record({
    stream: fc.oneof(fc.constantFrom("a-1", "a-2"), text),
    expectedVersion: fc.constantFrom(-2, null, 0, 3, -3, -1),
    lastEventId: fc.oneof(fc.uuid(), fc.constantFrom("x", "")),
    events: fc.array(event, { maxLength: 2 })
  }, { requiredKeys: ["stream", "expectedVersion", "events"] })

  const expectedIn = (version: unknown) =>
    version === null
      ? ExpectedVersion.Any
      : version === -2
      ? ExpectedVersion.StreamExists
      : typeof version === "number" && version >= 0
      ? ExpectedVersion.Exact(StreamVersion(version))
      : undefined

  // The same document, as a commit.
  const commitOf = (writes: ReadonlyArray<Record<string, unknown>>) => ({
    writes: writes.map(({ events, expectedVersion, lastEventId, stream }) => ({
      stream,
      expected: expectedIn(expectedVersion),
      lastEventId,
      events: (events as ReadonlyArray<Record<string, string>>).map((event) => ({
        ...event,
        occurredAt: Option.getOrUndefined(DateTime.make(event["occurredAt"]!))
      }))
    }))
  })

  test("is refused if core refuses the commit", () =>
    fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 3 }), async (writes) => {
        const problem = await runtimes["on a server"].runPromise(
          Effect.flatMap(SqlClient.SqlClient, (sql) =>
            Effect.map(
              sql<{ answer: unknown }>`select refold.writes_problem(${JSON.stringify(writes)}::text::jsonb) as answer`,
              ([row]) => row!.answer
            ))
        )
        // Not a valid type in TypeScript.
        const verdict = Commit.check(commitOf(writes) as unknown as Commit.Commit)
        expect({ refused: problem !== null, problem }).toEqual({ refused: isRefused(verdict), problem })
      }),
      { numRuns: 500 }
    ))
})
