import * as Aggregate from "@refold/core/decide/Aggregate"
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import { EventIds } from "@refold/store/log/EventIds"
import type { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import { WireTransform } from "@refold/store/log/WireTransform"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as Account from "../support/Account.ts"
import {
  append,
  at,
  deposit,
  history,
  run,
  runAtZero,
  stored,
  stream,
  times,
  withdraw,
  withStore
} from "../support/Account.ts"
import { logging } from "../support/Logging.ts"

const handle = CommandHandler.make(Account.account)

const balance = (id: string) => Effect.map(State.load(Account.account, id), ({ state }) => state.balance)

describe("a command", () => {
  it("is decided on the state and its events are stored", () =>
    runAtZero(Effect.gen(function*() {
      yield* TestClock.setTime(5000)
      yield* handle("a", deposit(10, 20))
      const withdrawn = yield* handle("a", withdraw(25))
      expect(withdrawn).toEqual({
        stream: "account-a",
        state: { balance: 5 },
        version: 3,
        lastEventId: (yield* history("a")).at(-1)!.id,
        position: 3,
        recordedAt: at(5000),
        isComplete: true,
        events: [{ _tag: "Withdrawn", amount: 25 }],
        deduplicated: false
      })
      expect((yield* history("a")).map(({ data, schemaVersion, type }) => [type, schemaVersion, data])).toEqual([
        ["Deposited", 1, { amount: 10 }],
        ["Deposited", 1, { amount: 20 }],
        ["Withdrawn", 1, { amount: 25 }]
      ])
    })))

  it("changes only the stream of its id", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      yield* handle("b", deposit(1))
      expect([yield* balance("a"), yield* balance("b")]).toEqual([10, 1])
    })))

  it("that is refused fails with the refusal and stores nothing", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      expect(yield* Effect.flip(handle("a", withdraw(11)))).toEqual({ _tag: "Overdrawn", balance: 10 })
      expect(yield* history("a")).toHaveLength(1)
    })))

  it("without events returns the current state and stores nothing", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      expect(yield* handle("a", deposit()))
        .toMatchObject({ state: { balance: 10 }, version: 1, events: [], deduplicated: false })
      expect(yield* history("a")).toHaveLength(1)
    })))

  it("fails if its id makes no valid stream name", () =>
    run(Effect.gen(function*() {
      // In untyped code, `undefined` and a promise may be given as ids, too.
      for (const id of ["", undefined, 7, Promise.resolve("a")]) {
        expect(yield* Effect.flip(handle(id as string, deposit(1)))).toMatchObject({
          _tag: "InvalidInput",
          field: "id"
        })
      }
    })))

  it("fails and stores nothing if an event of it does not fit its schema", () =>
    run(Effect.gen(function*() {
      const error = yield* Effect.flip(handle("a", deposit(1, "2" as never)))
      expect(error).toMatchObject({ _tag: "UnencodableEvent", type: "Deposited" })
      expect(yield* history("a")).toEqual([])
    })))

  it("fails if an earlier event cannot be decoded", () =>
    run(Effect.gen(function*() {
      yield* append("a", stored(1, { schemaVersion: 2 }))
      expect(yield* Effect.flip(handle("a", deposit(1)))).toMatchObject({ _tag: "NewerSchemaVersion", version: 1 })
    })))
})

describe("the events of a command", () => {
  it("have the time of Effect's clock and no metadata by default", () =>
    runAtZero(Effect.gen(function*() {
      yield* TestClock.setTime(7000)
      yield* handle("a", deposit(1, 2))
      expect((yield* history("a")).map(({ metadata, occurredAt }) => [metadata, occurredAt]))
        .toEqual([[{}, at(7000)], [{}, at(7000)]])
    })))

  it("have the given metadata and time", () =>
    runAtZero(Effect.gen(function*() {
      yield* TestClock.setTime(7000)
      const metadata = { correlationId: "c", causationId: "d", actor: "Ada", own: [1] }
      yield* handle("a", deposit(1, 2), { metadata, occurredAt: at(50) })
      for (const event of yield* history("a")) {
        expect(event).toMatchObject({ metadata, occurredAt: at(50), recordedAt: at(7000) })
      }
    })))

  it("have unique ids, which are UUIDs of version 7 in order", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(1, 2, 3))
      const ids = (yield* history("a")).map(({ id }) => id)
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(ids.toSorted()).toEqual(ids)
      expect(new Set(ids).size).toBe(3)
    })))

  it("have ids from a generator of your own", () =>
    run(Effect.gen(function*() {
      let n = 0
      const counted = Effect.sync(() => stored(++n).id)
      yield* Effect.provideService(handle("a", deposit(1, 2)), EventIds, counted)
      expect((yield* history("a")).map(({ id }) => id)).toEqual([stored(1).id, stored(2).id])
    })))

  it("fail for invalid metadata, naming the field", () =>
    run(Effect.gen(function*() {
      const error = yield* Effect.flip(handle("a", deposit(1), { metadata: { actor: 7 as never } }))
      expect(error).toMatchObject({ _tag: "InvalidInput", field: "writes[0].events[0].metadata.actor" })
    })))
})

// Runs another writer's append between the load and the append of the first `n` attempts.
const overtakenBy =
  <E>(n: number, other: Effect.Effect<unknown, E, EventStore | EventReader | SnapshotStore>) =>
  <A, E2>(
    effect: Effect.Effect<A, E2, EventStore | EventReader | SnapshotStore>
  ) =>
    Effect.gen(function*() {
      const context = yield* Effect.context<EventStore | EventReader | SnapshotStore>()
      const intrude = times(n, Effect.provide(Effect.orDie(other), context))
      return yield* effect.pipe(
        withStore((store) => ({ commit: (commit) => Effect.andThen(intrude, store.commit(commit)) }))
      )
    })

describe("a command with a version conflict", () => {
  it("is decided again on the new events and stored", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      const handled = yield* overtakenBy(1, handle("a", withdraw(4)))(handle("a", withdraw(5)))
      expect(handled).toMatchObject({ state: { balance: 1 }, version: 3, events: [{ amount: 5 }], deduplicated: false })
      expect(yield* balance("a")).toBe(1)
    })))

  it("is refused if the new state refuses it", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      const refused = overtakenBy(1, handle("a", withdraw(8)))(handle("a", withdraw(5)))
      expect(yield* Effect.flip(refused)).toEqual({ _tag: "Overdrawn", balance: 2 })
    })))

  it("is stored after as many conflicts as there are retries", () =>
    run(Effect.gen(function*() {
      const patient = CommandHandler.make(Account.account, { retries: 3 })
      expect(yield* overtakenBy(3, handle("a", deposit(1)))(patient("a", deposit(100))))
        .toMatchObject({ state: { balance: 103 }, version: 4 })
    })))

  it("fails with the conflict after one more conflict than retries", () =>
    run(Effect.gen(function*() {
      const patient = CommandHandler.make(Account.account, { retries: 3 })
      const conflict = yield* Effect.flip(overtakenBy(4, handle("a", deposit(1)))(patient("a", deposit(100))))
      expect(conflict).toMatchObject({
        _tag: "VersionConflict",
        stream: "account-a",
        expected: ExpectedVersion.Exact(3),
        actual: Option.some(4)
      })
      expect(yield* balance("a")).toBe(4)
    })))

  it("fails at the first conflict without retries", () =>
    run(Effect.gen(function*() {
      const impatient = CommandHandler.make(Account.account, { retries: 0 })
      const conflict = yield* Effect.flip(overtakenBy(1, handle("a", deposit(1)))(impatient("a", deposit(100))))
      expect(conflict).toMatchObject({ _tag: "VersionConflict", actual: Option.some(1) })
    })))

  it("is retried ten times by default", () =>
    run(Effect.gen(function*() {
      expect(yield* overtakenBy(10, handle("a", deposit(1)))(handle("a", deposit(100)))).toMatchObject({ version: 11 })
      expect(yield* Effect.flip(overtakenBy(11, handle("b", deposit(1)))(handle("b", deposit(100)))))
        .toMatchObject({ _tag: "VersionConflict" })
    })))

  it("loses no update among concurrent commands", () =>
    run(Effect.gen(function*() {
      const patient = CommandHandler.make(Account.account, { retries: 1000 })
      // Yields before each store operation, so that the writers interleave.
      const interleaved = withStore((store) => ({
        commit: (commit) => Effect.andThen(Effect.yieldNow, store.commit(commit))
      }))
      const deposits = Array.from({ length: 20 }, () => interleaved(patient("a", deposit(1))))
      const versions = (yield* Effect.all(deposits, { concurrency: "unbounded" })).map(({ version }) => version)
      expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
      expect(yield* balance("a")).toBe(20)
    })))
})

describe("an expected version", () => {
  it.each<[string, unknown, string]>([
    ...[NaN, -1, 1.5, Infinity, "1", undefined].map((version): [string, unknown, string] => [
      `version ${version}`,
      { _tag: "Exact", version },
      "expected.version must be a whole number of 0 or more"
    ]),
    ...[{}, null, 3, { _tag: "Latest" }].map((value): [string, unknown, string] => [
      JSON.stringify(value),
      value,
      "expected must be Any, NoStream, StreamExists or Exact"
    ])
  ])("that is malformed is refused before anything is read: %s", (_, expected, message) => {
    const untouched = withStore(() => ({
      findAppended: () => Effect.die("looked up"),
      readStream: () => Stream.die("read"),
      commit: () => Effect.die("appended")
    }))
    const options = { expected: expected as ExpectedVersion.ExpectedVersion, idempotencyKey: "k" }
    return run(Effect.gen(function*() {
      const error = yield* Effect.flip(untouched(handle("a", deposit(1), options)))
      expect(error).toMatchObject({ _tag: "InvalidInput", message })
    }))
  })

  it("that matches permits the command", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(1), { expected: ExpectedVersion.NoStream })
      yield* handle("a", deposit(1), { expected: ExpectedVersion.StreamExists })
      yield* handle("a", deposit(1), { expected: ExpectedVersion.Exact(2) })
      yield* handle("a", deposit(1), { expected: ExpectedVersion.Any })
      expect(yield* balance("a")).toBe(4)
    })))

  it.each([ExpectedVersion.NoStream, ExpectedVersion.Exact(0), ExpectedVersion.Exact(2)])(
    "that does not match is a conflict before the decision: %j",
    (expected) =>
      run(Effect.gen(function*() {
        yield* handle("a", deposit(1))
        for (const command of [deposit(1), deposit(), withdraw(99)]) {
          expect(yield* Effect.flip(handle("a", command, { expected })))
            .toMatchObject({ _tag: "VersionConflict", stream: "account-a", expected, actual: Option.some(1) })
        }
        expect(yield* history("a")).toHaveLength(1)
      }))
  )

  it("of a stream without events is a conflict without an actual version", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(handle("a", deposit(1), { expected: ExpectedVersion.StreamExists })))
        .toMatchObject({ _tag: "VersionConflict", actual: Option.none() })
    })))

  it("that no longer matches at the append is a conflict, not a retry", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(1))
      const overtaken = overtakenBy(1, handle("a", deposit(1)))(
        handle("a", deposit(100), { expected: ExpectedVersion.Exact(1) })
      )
      expect(yield* Effect.flip(overtaken))
        .toMatchObject({ _tag: "VersionConflict", expected: ExpectedVersion.Exact(1), actual: Option.some(2) })
      expect(yield* balance("a")).toBe(2)
    })))

  it.each([ExpectedVersion.Any, ExpectedVersion.StreamExists])(
    "that still matches after a conflict permits another decision: %j",
    (expected) =>
      run(Effect.gen(function*() {
        yield* handle("a", deposit(10))
        const overtaken = overtakenBy(2, handle("a", deposit(1)))(handle("a", deposit(100), { expected }))
        expect(yield* overtaken).toMatchObject({ state: { balance: 112 }, version: 4 })
      }))
  )
})

describe("a command repeated under its idempotency key", () => {
  const key = { idempotencyKey: "k" }

  it("returns its first answer and stores nothing", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      const first = yield* handle("a", withdraw(4), key)
      expect(first.deduplicated).toBe(false)
      expect(yield* handle("a", withdraw(4), key)).toEqual({ ...first, deduplicated: true })
      expect(yield* history("a")).toHaveLength(2)
    })))

  it("returns it even if the current state would refuse it", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      const first = yield* handle("a", withdraw(8), key)
      yield* handle("a", withdraw(2))
      expect(yield* handle("a", withdraw(8), key)).toEqual({ ...first, deduplicated: true })
      expect(first.state).toEqual({ balance: 2 })
      expect(yield* balance("a")).toBe(0)
    })))

  it("returns it with exactly its events", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(1))
      yield* handle("a", deposit(2, 3), key)
      yield* handle("a", deposit(4))
      expect(yield* handle("a", deposit(2, 3), key)).toMatchObject({
        state: { balance: 6 },
        version: 3,
        events: [{ _tag: "Deposited", amount: 2 }, { _tag: "Deposited", amount: 3 }]
      })
    })))

  it("is not decided again", () =>
    run(Effect.gen(function*() {
      const decided: Array<Account.Command> = []
      const attentive = CommandHandler.make(Aggregate.makeUnsafe({
        category: "account",
        events: Account.codec,
        decider: {
          ...Account.decider,
          decide: (command: Account.Command, state: Account.State) => {
            decided.push(command)
            return Account.decider.decide(command, state)
          }
        }
      }))
      yield* attentive("a", deposit(1), key)
      yield* attentive("a", deposit(1), key)
      expect(decided).toEqual([deposit(1)])
    })))

  it("returns it for any expected version, metadata and time of the repetition", () =>
    run(Effect.gen(function*() {
      const first = yield* handle("a", deposit(1), key)
      const again = yield* handle("a", deposit(1), {
        ...key,
        expected: ExpectedVersion.NoStream,
        metadata: { actor: "Ada" },
        occurredAt: at(1)
      })
      expect(again).toEqual({ ...first, deduplicated: true })
    })))

  it("returns it if there is a snapshot of a later state", () =>
    run(Effect.gen(function*() {
      const remember = CommandHandler.make(Account.withSnapshots)
      const first = yield* remember("a", deposit(1), key)
      yield* remember("a", deposit(2, 3, 4))
      expect(yield* remember("a", deposit(1), key)).toEqual({ ...first, deduplicated: true })
    })))

  it("returns it if both run at the same time", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      const interleaved = withStore((store) => ({
        findAppended: (found) => Effect.tap(store.findAppended(found), Effect.yieldNow),
        commit: (commit) => Effect.andThen(Effect.yieldNow, store.commit(commit))
      }))
      const copies = Array.from({ length: 20 }, () => interleaved(handle("a", withdraw(8), key)))
      const answers = yield* Effect.all(copies, { concurrency: "unbounded" })
      expect(answers.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1)
      for (const answer of answers) {
        expect(answer).toMatchObject({ state: { balance: 2 }, version: 2, events: [{ _tag: "Withdrawn", amount: 8 }] })
      }
      expect(yield* history("a")).toHaveLength(2)
    })))

  it("returns it if the first one is stored between the load and the append", () =>
    run(Effect.gen(function*() {
      const copy = handle("a", deposit(1), key)
      expect(yield* overtakenBy(1, copy)(handle("a", deposit(1), key)))
        .toMatchObject({ deduplicated: true, state: { balance: 1 }, version: 1, events: [{ amount: 1 }] })
    })))

  // Runs an effect after the handler has looked up its key for the first time.
  const afterLook = <E>(other: Effect.Effect<unknown, E, EventStore | EventReader | SnapshotStore>) =>
  <A, E2>(
    effect: Effect.Effect<A, E2, EventStore | EventReader | SnapshotStore>
  ) =>
    Effect.gen(function*() {
      const context = yield* Effect.context<EventStore | EventReader | SnapshotStore>()
      const intrude = times(1, Effect.provide(Effect.orDie(other), context))
      return yield* effect.pipe(
        withStore((store) => ({ findAppended: (found) => Effect.tap(store.findAppended(found), intrude) }))
      )
    })

  it("returns it if the first one is stored after the first lookup and the new state would refuse it", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      expect(yield* afterLook(handle("a", withdraw(8), key))(handle("a", withdraw(8), key)))
        .toMatchObject({ deduplicated: true, state: { balance: 2 }, version: 2, events: [{ amount: 8 }] })
    })))

  it("returns it if the first one is stored after the first lookup and the expected version no longer matches", () =>
    run(Effect.gen(function*() {
      const expecting = { ...key, expected: ExpectedVersion.NoStream }
      expect(yield* afterLook(handle("a", deposit(1), expecting))(handle("a", deposit(1), expecting)))
        .toMatchObject({ deduplicated: true, version: 1 })
    })))

  it("is refused again if the first one was refused", () =>
    run(Effect.gen(function*() {
      yield* Effect.flip(handle("a", withdraw(1), key))
      expect(yield* Effect.flip(handle("a", withdraw(1), key))).toEqual({ _tag: "Overdrawn", balance: 0 })
    })))

  it("may succeed after a refusal, because a refusal does not use its key", () =>
    run(Effect.gen(function*() {
      yield* Effect.flip(handle("a", withdraw(1), key))
      yield* handle("a", deposit(1))
      expect(yield* handle("a", withdraw(1), key)).toMatchObject({ deduplicated: false, state: { balance: 0 } })
    })))
})

describe("an idempotency key that was used before", () => {
  const key = { idempotencyKey: "k" }

  it.each<[string, string, Account.Command]>([
    ["another command", "a", withdraw(1)],
    ["another content", "a", deposit(2)],
    ["another account", "b", deposit(1)]
  ])("for %s is a conflict that names the key", (_, id, command) =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(1), key)
      expect(yield* Effect.flip(handle(id, command, key))).toMatchObject({ _tag: "IdempotencyConflict", key: "k" })
      expect(yield* history("a")).toHaveLength(1)
    })))

  it("by another kind of aggregate is a conflict", () =>
    run(Effect.gen(function*() {
      const loan = CommandHandler.make(
        Aggregate.makeUnsafe({ category: "loan", events: Account.codec, decider: Account.decider })
      )
      yield* handle("a", deposit(1), key)
      expect(yield* Effect.flip(loan("a", deposit(1), key))).toMatchObject({ _tag: "IdempotencyConflict" })
    })))

  it("by an append without a fingerprint is a conflict", () =>
    run(Effect.gen(function*() {
      const store = yield* EventStore
      yield* store.append(stream("a"), [stored(1)], { idempotency: { key: "k" } })
      expect(yield* Effect.flip(handle("a", deposit(1), key))).toMatchObject({ _tag: "IdempotencyConflict" })
    })))

  it("fails if it is empty or too long", () =>
    run(Effect.gen(function*() {
      for (const idempotencyKey of ["", "k".repeat(256)]) {
        expect(yield* Effect.flip(handle("a", deposit(1), { idempotencyKey })))
          .toMatchObject({ _tag: "InvalidInput", field: "idempotency.key" })
      }
    })))

  it("is validated even if the command has no events", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(handle("a", deposit(), { idempotencyKey: "\u0000" })))
        .toMatchObject({ _tag: "InvalidInput" })
    })))

  it("fails for a command that is not JSON, naming the part", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(handle("a", deposit(1n as never), key)))
        .toMatchObject({ _tag: "InvalidInput", field: "command.amounts[0]" })
    })))
})

describe("a snapshot", () => {
  const remember = CommandHandler.make(Account.withSnapshots)
  const { fingerprint, name: view } = Option.getOrThrow(Account.withSnapshots.snapshots)
  const saved = Effect.flatMap(SnapshotStore, (store) => store.find({ stream: stream("a"), view, fingerprint }))

  it("is saved when the stream passes a multiple of `every`", () =>
    run(Effect.gen(function*() {
      yield* remember("a", deposit(1))
      yield* remember("a", deposit(2))
      expect(yield* saved).toEqual(Option.none())
      const { position, recordedAt } = yield* remember("a", deposit(4, 8))
      expect(yield* saved).toMatchObject(Option.some({ version: 4, position, recordedAt, state: { balance: 15 } }))
      yield* remember("a", deposit(16))
      expect(yield* saved).toMatchObject(Option.some({ version: 4 }))
      yield* remember("a", deposit(32))
      expect(yield* saved).toMatchObject(Option.some({ version: 6, state: { balance: 63 } }))
    })))

  it("holds the state after the command, also after a retry", () =>
    run(Effect.gen(function*() {
      yield* overtakenBy(1, handle("a", deposit(1)))(remember("a", deposit(2, 4)))
      expect(yield* saved).toMatchObject(Option.some({ version: 3, state: { balance: 7 } }))
    })))

  it("is the start of the next load", () =>
    run(Effect.gen(function*() {
      const { lastEventId, position, recordedAt, version } = yield* handle("a", deposit(1))
      const forged = { version, lastEventId: lastEventId!, position, recordedAt, state: { balance: 1000 } }
      yield* (yield* SnapshotStore).save({ stream: stream("a"), view, fingerprint }, forged)
      expect(yield* remember("a", withdraw(999))).toMatchObject({ state: { balance: 1 }, version: 2 })
    })))

  it("that cannot be saved does not fail the command", () =>
    run(Effect.gen(function*() {
      const snapshots = yield* SnapshotStore
      let tried = 0
      const full = SnapshotStore.of({
        ...snapshots,
        save: () =>
          Effect.suspend(() => Effect.fail(new EventStoreError({ operation: "save", cause: `full ${++tried}` })))
      })
      const { capture, logged } = logging()
      const handled = yield* capture(Effect.provideService(remember("a", deposit(1, 2, 4)), SnapshotStore, full))
      expect(handled).toMatchObject({ state: { balance: 7 }, version: 3, deduplicated: false })
      expect([tried, logged]).toEqual([1, ["Warn: the snapshot of \"account-a\" at version 3 could not be saved"]])
      expect(yield* saved).toEqual(Option.none())
    })))

  it("whose state does not fit its schema does not fail the command", () =>
    run(Effect.gen(function*() {
      const picky = CommandHandler.make(Aggregate.makeUnsafe({
        category: "account",
        events: Account.codec,
        decider: Account.decider,
        snapshots: {
          ...Account.snapshots,
          every: 1,
          state: Schema.Struct({ balance: Schema.Number.check(Schema.isLessThan(5)) })
        }
      }))
      const { capture, logged } = logging()
      expect(yield* capture(picky("a", deposit(7)))).toMatchObject({ state: { balance: 7 } })
      expect(logged).toEqual(["Warn: the snapshot of \"account-a\" at version 1 could not be saved"])
    })))
})

describe("the wire transform of a handler", () => {
  // Seals the amounts; counts the batches.
  const sealing = () => {
    const batches: Array<string> = []
    const service: WireTransform = {
      toWire: ([first, ...rest]) =>
        Effect.sync(() => {
          const seal = (event: NewEvent) => ({ ...event, data: { sealed: JSON.stringify(event.data) } })
          batches.push(`to ${1 + rest.length}`)
          return [seal(first), ...rest.map(seal)]
        }),
      fromWire: (events) =>
        Effect.sync(() => {
          batches.push(`from ${events.length}`)
          return events.map((event) => ({ ...event, data: JSON.parse((event.data as { sealed: string }).sealed) }))
        })
    }
    return { batches, provide: Effect.provideService(WireTransform, service) }
  }

  it("is applied to whole batches, in both directions", () =>
    run(Effect.gen(function*() {
      const { batches, provide } = sealing()
      const handle = CommandHandler.make(Account.account, { cache: 0 })
      yield* provide(handle("a", deposit(1, 2)))
      expect((yield* history("a")).map(({ data }) => data)).toEqual([{ sealed: "{\"amount\":1}" }, {
        sealed: "{\"amount\":2}"
      }])
      expect(yield* provide(handle("a", withdraw(3)))).toMatchObject({ state: { balance: 0 }, events: [{ amount: 3 }] })
      expect(batches).toEqual(["to 2", "from 2", "to 1"])
    })))

  it("is applied to events of a conflict and to the first answer of a repeated command", () =>
    run(Effect.gen(function*() {
      const { provide } = sealing()
      const key = { idempotencyKey: "k" }
      const first = yield* overtakenBy(1, provide(handle("a", deposit(1))))(provide(handle("a", deposit(2), key)))
      expect(first).toMatchObject({ state: { balance: 3 }, events: [{ amount: 2 }] })
      expect(yield* provide(handle("a", deposit(2), key))).toEqual({ ...first, deduplicated: true })
    })))
})

describe("an error of the store", () => {
  it("is returned unchanged, without a retry", () =>
    run(Effect.gen(function*() {
      const down = new EventStoreError({ operation: "commit", cause: "down" })
      let tried = 0
      const failed = handle("a", deposit(1)).pipe(
        withStore(() => ({ commit: () => Effect.suspend(() => (tried++, Effect.fail(down))) }))
      )
      expect(yield* Effect.flip(failed)).toBe(down)
      expect(tried).toBe(1)
    })))

  it("is returned if the events cannot be read", () =>
    run(Effect.gen(function*() {
      const down = new EventStoreError({ operation: "readStream", cause: "down" })
      const failed = handle("a", deposit(1)).pipe(withStore(() => ({ readStream: () => Stream.fail(down) })))
      expect(yield* Effect.flip(failed)).toBe(down)
    })))
})

describe("the types of a handler", () => {
  it("state what a command returns, fails with and needs", () => {
    expectTypeOf(handle("a", deposit(1))).toEqualTypeOf<
      Effect.Effect<
        CommandHandler.Handled<Account.State, Account.Event>,
        Account.Overdrawn | CommandHandler.HandleFailure,
        EventStore | EventReader | SnapshotStore
      >
    >()
  })

  it("let a refusal be caught by its tag", () => {
    const caught = Effect.catchTag(handle("a", withdraw(1)), "Overdrawn", ({ balance }) => Effect.succeed(balance))
    expectTypeOf<Effect.Error<typeof caught>>().toEqualTypeOf<CommandHandler.HandleFailure>()
  })

  it("do not accept an unknown command", () => {
    expectTypeOf(() => [
      // @ts-expect-error an account cannot be closed
      handle("a", { _tag: "Close" })
    ]).toBeFunction()
  })
})
