// Damage that the owner causes with SQL: a verification finds each kind by its name, and nothing in a healthy store.
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Projection from "@refold/core/project/Projection"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import { EventStore } from "@refold/store/log/EventStore"
import * as Store from "@refold/store/maintain/Store"
import * as Verifier from "@refold/store/maintain/Verifier"
import * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { expect, it } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as EmbeddedStore from "../support/EmbeddedStore.ts"
import { freshDatabase } from "../support/freshDatabase.ts"

const Added = EventType.make("Added", Schema.Struct({ coins: Schema.Number }))
const events = EventCodec.makeUnsafe([Added])

const jar = Aggregate.makeUnsafe({
  category: "jar",
  events,
  decider: Decider.make<number, number, typeof Added.Event, never>({
    initialState: 0,
    decide: (coins) => Result.succeed([Added.make({ coins })]),
    evolve: (state, { coins }) => state + coins
  }),
  snapshots: { name: "coins", version: 1, state: Schema.Number, every: 2 }
})

const rows = Projection.makeUnsafe({
  name: "jars",
  version: 1,
  events,
  keys: (_, { stream }) => [stream],
  state: Schema.Number,
  initialState: 0,
  evolve: (state: number, { coins }) => state + coins
})

const verifiers = [Verifier.aggregate(jar), Verifier.projection(rows)]

const server = Layer.unwrap(
  Effect.suspend(() => Effect.map(freshDatabase(), (url) => PostgresStore.layer({ url: Redacted.make(url) })))
)

const add = CommandHandler.make(jar)

const filled = Effect.gen(function*() {
  for (const id of ["a", "b", "c"]) {
    for (let coins = 1; coins <= 4; coins++) yield* add(id, coins, { idempotencyKey: `${id} ${coins}` })
  }
  yield* Projector.catchUp(rows)
})

const found = Effect.suspend(() => Stream.runCollect(Store.verify({ verifiers })))

const run = <E, R>(layer: Layer.Layer<R, unknown, Scope.Scope>, body: Effect.Effect<void, E, R>) => () =>
  Effect.runPromise(
    Effect.scoped(Effect.flatMap(Layer.build(Layer.fresh(layer)), (context) => Effect.provideContext(body, context)))
  )

it.each([["memory", MemoryStore.layer], ["embedded", EmbeddedStore.layer()], ["server", server]] as const)(
  "a healthy store in %s has no findings, and reports progress",
  (_, layer) =>
    run(
      layer,
      Effect.gen(function*() {
        yield* filled
        const progress: Record<string, number> = {}
        const onProgress = (part: Store.Part, items: number) => Effect.sync(() => void (progress[part] = items))
        expect(yield* Stream.runCollect(Store.verify({ verifiers, onProgress }))).toEqual([])
        expect(progress).toEqual({ streams: 12, events: 12, keys: 12, snapshots: 3 })
        expect(yield* Stream.runCollect(Store.verify())).toEqual([])
      })
    )()
)

const unlocked = (statement: string) => [
  "ALTER TABLE refold.event_store DISABLE TRIGGER append_only",
  statement,
  "ALTER TABLE refold.event_store ENABLE ALWAYS TRIGGER append_only"
]

const second = "stream = 'jar-b' AND version = 2"

it.each<[string, ReadonlyArray<string>, ReadonlyArray<object>]>([
  ["an event that was deleted", unlocked(`DELETE FROM refold.event_store WHERE ${second}`), [
    { _tag: "VersionGap", details: { stream: "jar-b", version: 3, expected: 2 } },
    { _tag: "WrongSnapshot", details: { stream: "jar-b" } },
    { _tag: "WrongRow", details: { key: "jar-b" } }
  ]],
  [
    "a position below that of an earlier event",
    unlocked(
      `UPDATE refold.event_store SET "position" = 1000 WHERE ${second}; SELECT setval('refold.event_position', 1000)`
    ),
    [{ _tag: "PositionOrder", details: { stream: "jar-b", version: 3 } }]
  ],
  [
    "a recorded time that is later than the next",
    unlocked(
      `UPDATE refold.event_store SET recorded_at = '2100-01-01' WHERE ${second}`
    ),
    [{ _tag: "TimeOrder", details: { stream: "jar-b", version: 3 } }]
  ],
  [
    "data that does not fit its schema",
    unlocked(`UPDATE refold.event_store SET data = '{"coins":"x"}' WHERE ${second}`),
    [
      { _tag: "UndecodableEvent", severity: "Error", details: { stream: "jar-b", version: 2 } }
    ]
  ],
  ["an event of newer code", unlocked(`UPDATE refold.event_store SET schema_version = 2 WHERE ${second}`), [
    { _tag: "UndecodableEvent", severity: "Warning" }
  ]],
  ["an event of an unknown type", unlocked(`UPDATE refold.event_store SET type = 'Lost' WHERE ${second}`), [
    { _tag: "UndecodableEvent", severity: "Error" }
  ]],
  ["a row that is no event", [
    "ALTER TABLE refold.event_store DROP CONSTRAINT event_store_readable",
    ...unlocked(`UPDATE refold.event_store SET metadata = '[]' WHERE ${second}`)
  ], [{ _tag: "UnreadableEvent", details: { stream: "jar-b", version: 2 } }]],
  ["a commit without its first event", unlocked(`UPDATE refold.event_store SET commit_offset = 500 WHERE ${second}`), [
    { _tag: "UnknownCommit", severity: "Error", details: { stream: "jar-b", version: 2 } }
  ]],
  [
    "a commit that begins inside another",
    unlocked(
      `UPDATE refold.event_store SET commit_offset = 1 WHERE stream = 'jar-b' AND version IN (2, 3)`
    ),
    [{ _tag: "UnknownCommit", details: { stream: "jar-b", version: 3 } }]
  ],
  ["a key without its events", [
    `INSERT INTO refold.idempotency_keys (key, fingerprint, answer) SELECT 'lost', fingerprint,
      jsonb_set(answer, '{0,version}', '9') FROM refold.idempotency_keys WHERE key = 'a 4'`
  ], [{ _tag: "OrphanKey", details: { key: "lost", stream: "jar-a", version: 9 } }]],
  ["a snapshot of an event that is not stored", [
    "UPDATE refold.event_snapshots SET event_id = gen_random_uuid() WHERE stream = 'jar-b'"
  ], [{ _tag: "OrphanSnapshot", severity: "Warning", details: { stream: "jar-b", view: "coins", version: 4 } }]],
  ["a snapshot with another state", ["UPDATE refold.event_snapshots SET state = '99' WHERE stream = 'jar-b'"], [
    { _tag: "WrongSnapshot", severity: "Error", details: { stream: "jar-b", view: "coins", version: 4 } }
  ]],
  ["a row with another state", ["UPDATE refold_rows.rows_1 SET state = '99' WHERE key = 'jar-b'"], [
    { _tag: "WrongRow", details: { projection: "jars", key: "jar-b" } }
  ]],
  ["a row that is missing", ["DELETE FROM refold_rows.rows_1 WHERE key = 'jar-b'"], [
    { _tag: "WrongRow", message: expect.stringContaining("is missing") }
  ]],
  ["a row without events", ["INSERT INTO refold_rows.rows_1 VALUES ('jar-x', '1', 1, 1)"], [
    { _tag: "WrongRow", message: expect.stringContaining("should not be there") }
  ]],
  ["a position counter that is behind", ["SELECT setval('refold.event_position', 3)"], [
    { _tag: "CounterBehind", details: { counter: 3, last: 12 } }
  ]],
  ["a disabled trigger", ["ALTER TABLE refold.event_store DISABLE TRIGGER append_only"], [{ _tag: "NotAppendOnly" }]],
  ["a trigger that replica sessions skip", ["ALTER TABLE refold.event_store ENABLE TRIGGER append_only"], [
    { _tag: "NotAppendOnly" }
  ]],
  ["a dropped trigger", ["DROP TRIGGER append_only ON refold.event_store"], [{ _tag: "NotAppendOnly" }]],
  ["a trigger that does not fire on TRUNCATE", [
    "DROP TRIGGER append_only ON refold.event_store",
    `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON refold.event_store
      FOR EACH STATEMENT EXECUTE FUNCTION refold.refuse_change()`,
    "ALTER TABLE refold.event_store ENABLE ALWAYS TRIGGER append_only"
  ], [{ _tag: "NotAppendOnly" }]]
])("%s is found", (_, damage, expected) =>
  run(
    server,
    Effect.gen(function*() {
      yield* filled
      const sql = yield* SqlClient.SqlClient
      for (const statements of damage) {
        for (const statement of statements.split("; ")) yield* sql.unsafe(statement)
      }
      const all = yield* found
      for (const finding of expected) expect(all).toContainEqual(expect.objectContaining(matching(finding)))
      expect(all.every(({ message }) => message !== "" && !message.includes("\n"))).toBe(true)
    })
  )())

// Details may have more fields.
const matching = (finding: object): object =>
  "details" in finding ? { ...finding, details: expect.objectContaining(finding.details as object) } : finding

it(
  "a store with concurrent writers has no findings",
  run(
    server,
    Effect.gen(function*() {
      yield* filled
      const writing = Effect.gen(function*() {
        for (let n = 0;; n++) yield* add(`${n % 7}`, n)
      })
      const writers = yield* Effect.forkChild(Effect.all([writing, writing], { concurrency: "unbounded" }))
      const projecting = yield* Effect.forkChild(Projector.run(rows))
      for (let n = 0; n < 5; n++) expect(yield* found).toEqual([])
      yield* Fiber.interrupt(writers)
      yield* Fiber.interrupt(projecting)
      expect(yield* (yield* EventStore).head).toBeGreaterThan(12)
    })
  )
)
