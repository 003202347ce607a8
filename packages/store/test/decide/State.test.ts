import * as Aggregate from "@refold/core/decide/Aggregate"
import type { DecodeError } from "@refold/core/event/DecodeError"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import { Position } from "@refold/core/event/Position"
import * as RecordedEvent from "@refold/core/event/RecordedEvent"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as AsOf from "@refold/core/journal/AsOf"
import type { LoadedState } from "@refold/store/decide/LoadedState"
import * as Snapshots from "@refold/store/decide/Snapshots"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import type { EventReader } from "@refold/store/log/EventReader"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import { WireTransform } from "@refold/store/log/WireTransform"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as Account from "../support/Account.ts"
import { append, at, run, runAtZero, stored, withStore } from "../support/Account.ts"

// Five events of one account, recorded at 1 to 5 seconds at positions 2 to 6; the fourth is back-dated.
const seed = Effect.gen(function*() {
  yield* TestClock.setTime(1000)
  yield* append("other", stored(100))
  yield* append("a", stored(1, { occurredAt: at(100) }))
  yield* TestClock.setTime(2000)
  yield* append("a", stored(2, { occurredAt: at(200) }))
  yield* TestClock.setTime(3000)
  yield* append("a", stored(4, { occurredAt: at(300) }))
  yield* TestClock.setTime(4000)
  yield* append("a", stored(8, { occurredAt: at(50) }))
  yield* TestClock.setTime(5000)
  yield* append("a", stored(16, { occurredAt: at(500) }))
})

// Each event adds another power of two, so a balance shows exactly which events are in it.
const pasts: ReadonlyArray<[string, AsOf.AsOf | undefined, number]> = [
  ["now", undefined, 1 + 2 + 4 + 8 + 16],
  ["version 0", AsOf.version(0), 0],
  ["version 2", AsOf.version(2), 1 + 2],
  ["version 3", AsOf.version(3), 1 + 2 + 4],
  ["version 5, its last one", AsOf.version(5), 1 + 2 + 4 + 8 + 16],
  ["the position before its first event", AsOf.position(1), 0],
  ["position 3", AsOf.position(3), 1 + 2],
  ["position 4", AsOf.position(4), 1 + 2 + 4],
  ["the instant before the first event was recorded", AsOf.recordedAt(at(999)), 0],
  ["the instant at which the second event was recorded", AsOf.recordedAt(at(2000)), 1 + 2],
  ["an instant between two events", AsOf.recordedAt(at(3999)), 1 + 2 + 4],
  ["an instant of the domain's clock before a back-dated event", AsOf.occurredAt(at(49)), 0],
  ["an instant of the domain's clock at a back-dated event", AsOf.occurredAt(at(50)), 8],
  ["an instant of the domain's clock at a later event", AsOf.occurredAt(at(200)), 1 + 2 + 8]
]

describe("the state of an aggregate", () => {
  it("without events is the initial state at version 0", () =>
    runAtZero(Effect.gen(function*() {
      expect(yield* State.load(Account.account, "a")).toEqual({
        stream: "account-a",
        state: { balance: 0 },
        version: 0,
        lastEventId: undefined,
        position: 0,
        recordedAt: at(0),
        isComplete: true
      })
    })))

  it("is the fold of its events, with the position of the last one", () =>
    runAtZero(Effect.gen(function*() {
      yield* seed
      expect(yield* State.load(Account.account, "a")).toEqual({
        stream: "account-a",
        state: { balance: 31 },
        version: 5,
        lastEventId: stored(16).id,
        position: 6,
        recordedAt: at(5000),
        isComplete: true
      })
    })))

  it.each(pasts)(
    "as of %s includes the events up to that point",
    (_, asOf, balance) =>
      runAtZero(Effect.gen(function*() {
        yield* seed
        const { state } = yield* State.load(Account.account, "a", { asOf })
        expect(state).toEqual({ balance })
      }))
  )

  it.each(pasts)(
    "as of %s is complete unless the domain's clock may have left events out",
    (_, asOf) =>
      runAtZero(Effect.gen(function*() {
        yield* seed
        const past = yield* State.load(Account.account, "a", { asOf })
        expect(past.isComplete).toBe(asOf?._tag !== "OccurredAt")
        expect(yield* State.reload(Account.account, past)).toEqual(yield* State.load(Account.account, "a"))
      }))
  )

  it.each<[string, AsOf.AsOf, string, string]>([
    ["version 6", AsOf.version(6), "a", "asOf.version must not be beyond the last event of the stream, at version 5"],
    ["version 1", AsOf.version(1), "b", "asOf.version must not be beyond the last event of the stream, at version 0"],
    ["position 7", AsOf.position(7), "a", "asOf.position must not be beyond the last event, at position 6"]
  ])(
    "as of %s, beyond the last event, is refused, with and without a snapshot",
    (_, asOf, id, message) =>
      runAtZero(Effect.gen(function*() {
        yield* seed
        expect((yield* Effect.flip(State.load(Account.account, id, { asOf }))).message).toBe(message)
        yield* Snapshots.save(Account.withSnapshots, yield* State.load(Account.withSnapshots, "a"))
        const error = yield* Effect.flip(State.load(Account.withSnapshots, id, { asOf }))
        expect(error).toMatchObject({ _tag: "InvalidInput", message })
      }))
  )

  it("as of a position that readers do not see yet waits for it", () =>
    run(Effect.gen(function*() {
      yield* append("a", stored(1))
      const head = yield* SubscriptionRef.make(Position(1))
      const held = withStore(() => ({
        bound: Effect.succeed({ head: Position(1), last: Position(2), heldBackBy: [] }),
        heads: SubscriptionRef.changes(head)
      }))
      const load = yield* Effect.forkChild(held(State.load(Account.account, "a", { asOf: AsOf.position(2) })))
      yield* append("a", stored(2))
      yield* SubscriptionRef.set(head, Position(2))
      expect(yield* Fiber.join(load)).toMatchObject({ state: { balance: 3 }, version: 2 })
    })))

  it("has the version, position and time of the last included event", () =>
    runAtZero(Effect.gen(function*() {
      yield* seed
      expect(yield* State.load(Account.account, "a", { asOf: AsOf.version(2) }))
        .toMatchObject({ version: 2, position: 3, recordedAt: at(2000) })
    })))

  it("is the same for events in one batch or several", () =>
    runAtZero(Effect.gen(function*() {
      yield* seed
      const batched = yield* State.load(Account.account, "a").pipe(
        withStore((store) => ({ readStream: (...args) => Stream.rechunk(store.readStream(...args), 2) }))
      )
      expect(batched).toEqual(yield* State.load(Account.account, "a"))
    })))
})

describe("reload", () => {
  it("folds only the later events", () =>
    runAtZero(Effect.gen(function*() {
      yield* seed
      const early = yield* State.load(Account.account, "a", { asOf: AsOf.version(2) })
      expect(yield* State.reload(Account.account, { ...early, state: { balance: 1000 } }))
        .toMatchObject({ state: { balance: 1000 + 4 + 8 + 16 }, version: 5 })
    })))

  it("loads the state again if its last event is not stored any more", () =>
    runAtZero(Effect.gen(function*() {
      yield* seed
      const now = yield* State.load(Account.account, "a")
      const state = { balance: 1000 }
      const lost = [{ version: StreamVersion(9) }, { lastEventId: stored(99).id }]
      for (const other of lost) {
        expect(yield* State.reload(Account.account, { ...now, state, ...other })).toEqual(now)
      }
      const past = yield* State.load(Account.account, "a", { asOf: AsOf.version(2) })
      expect(yield* State.reload(Account.account, { ...past, state, lastEventId: stored(99).id })).toEqual(now)
    })))

  it("returns the same state if there are no later events", () =>
    runAtZero(Effect.gen(function*() {
      yield* seed
      const now = yield* State.load(Account.account, "a")
      expect(yield* State.reload(Account.account, now)).toEqual(now)
    })))
})

// Saves a snapshot of `a` at version 3 whose balance is a million too high, so that a load shows whether it used it.
const million = 1_000_000
const seedWithSnapshot = (
  state: unknown = { balance: million + 1 + 2 + 4 },
  key: { readonly view?: string; readonly fingerprint?: string } = {},
  place: object = {}
) =>
  Effect.gen(function*() {
    yield* seed
    const { fingerprint, name: view } = Option.getOrThrow(Account.withSnapshots.snapshots)
    const { position, recordedAt, stream, version } = yield* State.load(Account.account, "a", { asOf: AsOf.version(3) })
    const lastEventId = stored(4).id
    const snapshot = { version, lastEventId, position, recordedAt, state: state as never, ...place }
    yield* (yield* SnapshotStore).save({ stream, view, fingerprint, ...key }, snapshot)
  })

describe("a snapshot", () => {
  it.each<[string, AsOf.AsOf | undefined, number]>([
    ["now", undefined, million + 31],
    ["a later version", AsOf.version(4), million + 15],
    ["its own version", AsOf.version(3), million + 7],
    ["its own position", AsOf.position(4), million + 7],
    ["a later position", AsOf.position(5), million + 15],
    ["the instant at which it was recorded", AsOf.recordedAt(at(3000)), million + 7],
    ["a later instant", AsOf.recordedAt(at(4500)), million + 15]
  ])("is used for a load as of %s", (_, asOf, balance) =>
    runAtZero(Effect.gen(function*() {
      yield* seedWithSnapshot()
      const { state } = yield* State.load(Account.withSnapshots, "a", asOf === undefined ? {} : { asOf })
      expect(state).toEqual({ balance })
    })))

  it.each<[string, AsOf.AsOf, number]>([
    ["an earlier version", AsOf.version(2), 3],
    ["an earlier position", AsOf.position(3), 3],
    ["an earlier instant", AsOf.recordedAt(at(2999)), 3],
    ["any instant of the domain's clock", AsOf.occurredAt(at(9000)), 31]
  ])("is not used for a load as of %s", (_, asOf, balance) =>
    runAtZero(Effect.gen(function*() {
      yield* seedWithSnapshot()
      expect((yield* State.load(Account.withSnapshots, "a", { asOf })).state).toEqual({ balance })
    })))

  it("replaces the events before it", () =>
    runAtZero(Effect.gen(function*() {
      yield* seedWithSnapshot()
      const read: Array<number> = []
      yield* State.load(Account.withSnapshots, "a").pipe(withStore((store) => ({
        readStream: (stream, options) =>
          Stream.tap(store.readStream(stream, { ...options, columns: undefined }), ({ version }) =>
            Effect.sync(() => read.push(version)))
      })))
      // The last event of the snapshot is read again, to check that it is still stored.
      expect(read).toEqual([3, 4, 5])
    })))

  it.each<[string, object]>([
    ["not stored", { lastEventId: stored(99).id }],
    ["stored at another version", { version: 4 }],
    ["beyond the end of the stream", { version: 9 }]
  ])("whose last event is %s is not used", (_, other) =>
    runAtZero(Effect.gen(function*() {
      yield* seedWithSnapshot(undefined, {}, other)
      expect(yield* State.load(Account.withSnapshots, "a")).toEqual(yield* State.load(Account.account, "a"))
    })))

  it.each<[string, unknown, object]>([
    ["does not decode", { total: 1 }, {}],
    ["is null", null, {}],
    ["has another fingerprint", { balance: million }, { fingerprint: "other" }],
    ["is of another view", { balance: million }, { view: "other" }]
  ])("that %s is ignored", (_, state, key) =>
    runAtZero(Effect.gen(function*() {
      yield* seedWithSnapshot(state, key)
      expect((yield* State.load(Account.withSnapshots, "a")).state).toEqual({ balance: 31 })
    })))

  it("never changes the result of a load", () =>
    runAtZero(Effect.gen(function*() {
      yield* seed
      yield* Snapshots.save(Account.withSnapshots, yield* State.load(Account.withSnapshots, "a"))
      expect(yield* State.load(Account.withSnapshots, "a")).toEqual(yield* State.load(Account.account, "a"))
    })))

  it("is not looked up for an aggregate without snapshots", () =>
    runAtZero(Effect.gen(function*() {
      yield* seedWithSnapshot()
      expect((yield* State.load(Account.account, "a")).state).toEqual({ balance: 31 })
    })))

  it("of a definition with a raised version is ignored", () =>
    runAtZero(Effect.gen(function*() {
      yield* seedWithSnapshot()
      const raised = Aggregate.makeUnsafe({
        category: "account",
        events: Account.codec,
        decider: Account.decider,
        snapshots: { ...Account.snapshots, version: 2 }
      })
      expect((yield* State.load(raised, "a")).state).toEqual({ balance: 31 })
    })))
})

describe("a load fails", () => {
  it("naming the event that cannot be decoded", () =>
    run(Effect.gen(function*() {
      yield* append("a", stored(1), stored(2, { type: "Burnt" }))
      const error: DecodeError = yield* Effect.flip(Effect.catchTags(State.load(Account.account, "a"), {
        DeciderFault: Effect.die,
        EventStoreError: Effect.die,
        InvalidInput: Effect.die
      }))
      expect(error).toMatchObject({ _tag: "UnknownEventType", stream: "account-a", version: 2, type: "Burnt" })
    })))

  it("for an invalid id or past point", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(State.load(Account.account, ""))).toMatchObject({
        _tag: "InvalidInput",
        field: "id"
      })
      expect(yield* Effect.flip(State.load(Account.account, "a", { asOf: AsOf.version(-1) })))
        .toMatchObject({ _tag: "InvalidInput", field: "asOf.version" })
    })))

  it("with the error of the store", () =>
    run(Effect.gen(function*() {
      const down = new EventStoreError({ operation: "readStream", cause: "down" })
      const failed = State.load(Account.account, "a").pipe(withStore(() => ({ readStream: () => Stream.fail(down) })))
      expect(yield* Effect.flip(failed)).toBe(down)
    })))
})

describe("the wire transform of a load", () => {
  it("is applied to every batch before it is decoded", () =>
    run(Effect.gen(function*() {
      yield* append("a", stored(1, { data: { sealed: 5 } }), stored(2, { data: { sealed: 7 } }))
      const opened = State.load(Account.account, "a").pipe(Effect.provideService(WireTransform, {
        toWire: Effect.succeed,
        fromWire: (events) =>
          Effect.succeed(
            events.map((event) => ({ ...event, data: { amount: (event.data as { sealed: number }).sealed } }))
          )
      }))
      expect((yield* opened).state).toEqual({ balance: 12 })
    })))

  it("fails the load if it fails", () =>
    run(Effect.gen(function*() {
      yield* append("a", stored(1))
      const noKey = new EventStoreError({ operation: "fromWire", cause: "no key" })
      const failed = State.load(Account.account, "a").pipe(
        Effect.provideService(WireTransform, { toWire: Effect.succeed, fromWire: () => Effect.fail(noKey) })
      )
      expect(yield* Effect.flip(failed)).toBe(noKey)
    })))
})

describe("the columns that a load reads", () => {
  const columnsOf = Effect.fnUntraced(function*(load: ReturnType<typeof State.load>) {
    const read: Array<ReadonlyArray<string> | undefined> = []
    yield* load.pipe(withStore((store) => ({
      readStream: (stream, options = {}) => {
        read.push(options.columns)
        return store.readStream(stream, options)
      }
    })))
    return read
  })
  const narrow = ["stream", "version", "type", "schemaVersion", "data", "id", "position", "recordedAt"]

  it("are those that the codec needs, and those of the last event's place", () =>
    run(Effect.gen(function*() {
      expect(yield* columnsOf(State.load(Account.account, "a"))).toEqual([narrow])
    })))

  it("are all columns if an upcaster declares the stored event, or a wire transform is set", () =>
    run(Effect.gen(function*() {
      const { decider } = Account.account
      const Added = EventType.make("Added", Schema.Struct({ amount: Schema.Number }))
      const events = EventCodec.makeUnsafe([
        Added.pipe(EventType.upcast(Schema.Struct({ amount: Schema.Number }), (fields, _stored) => fields))
      ])
      const upcasting = Aggregate.makeUnsafe({
        category: "account",
        events,
        decider: { ...decider, decide: () => Result.succeed([]), evolve: (state: Account.State) => state }
      })
      expect(yield* columnsOf(State.load(upcasting, "a"))).toEqual([[...RecordedEvent.columns]])
      const wire = {
        toWire: Effect.succeed,
        fromWire: (events: ReadonlyArray<RecordedEvent.RecordedEvent>) => Effect.succeed(events)
      }
      const sealed = Effect.provideService(State.load(Account.account, "a"), WireTransform, wire)
      expect(yield* columnsOf(sealed)).toEqual([undefined])
    })))
})

describe("the types of a load", () => {
  it("state what it returns, fails with and needs", () => {
    expectTypeOf(State.load(Account.account, "a")).toEqualTypeOf<
      Effect.Effect<LoadedState<Account.State>, State.LoadFailure, EventReader | SnapshotStore>
    >()
  })
})
