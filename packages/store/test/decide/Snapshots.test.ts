import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as AsOf from "@refold/core/journal/AsOf"
import * as Snapshots from "@refold/store/decide/Snapshots"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { describe, expect, it } from "vitest"
import * as Account from "../support/Account.ts"
import { append, at, run, stored, stream } from "../support/Account.ts"
import { logging } from "../support/Logging.ts"

const { fingerprint } = Option.getOrThrow(Account.withSnapshots.snapshots)
const key = { stream: stream("a"), view: "balance", fingerprint }
const findStored = Effect.flatMap(SnapshotStore, (store) => store.find(key))

describe("save", () => {
  it("saves the encoded state with its version, last event, position and time", () =>
    run(Effect.gen(function*() {
      yield* append("a", stored(1), stored(2))
      const loaded = yield* State.load(Account.withSnapshots, "a")
      yield* Snapshots.save(Account.withSnapshots, loaded)
      const { lastEventId, position, recordedAt, version } = loaded
      expect(yield* findStored).toEqual(
        Option.some({ version, lastEventId, position, recordedAt, state: { balance: 3 } })
      )
    })))

  it("does nothing for an aggregate without snapshots", () =>
    run(Effect.gen(function*() {
      yield* append("a", stored(1))
      yield* Snapshots.save(Account.account, yield* State.load(Account.account, "a"))
      expect(yield* findStored).toEqual(Option.none())
    })))

  it("does nothing for a stream without events", () =>
    run(Effect.gen(function*() {
      yield* Snapshots.save(Account.withSnapshots, yield* State.load(Account.withSnapshots, "a"))
      expect(yield* findStored).toEqual(Option.none())
    })))

  it("fails for a state that does not fit its schema", () =>
    run(Effect.gen(function*() {
      yield* append("a", stored(1))
      const loaded = yield* State.load(Account.withSnapshots, "a")
      const error = yield* Effect.flip(
        Snapshots.save(Account.withSnapshots, { ...loaded, state: { balance: "1" as never } })
      )
      expect(error).toMatchObject({ _tag: "InvalidInput", field: "state" })
    })))
})

describe("find", () => {
  it("returns the saved state", () =>
    run(Effect.gen(function*() {
      yield* append("a", stored(1), stored(2))
      const loaded = yield* State.load(Account.withSnapshots, "a")
      yield* Snapshots.save(Account.withSnapshots, loaded)
      expect(yield* Snapshots.find(Account.withSnapshots.snapshots, stream("a"))).toEqual(Option.some(loaded))
    })))

  it("returns None and logs if the snapshot store fails", () =>
    run(Effect.gen(function*() {
      yield* append("a", stored(1), stored(2))
      yield* Snapshots.save(Account.withSnapshots, yield* State.load(Account.withSnapshots, "a"))
      const failing = SnapshotStore.of({
        ...(yield* SnapshotStore),
        find: () => Effect.fail(new EventStoreError({ operation: "find snapshot", cause: "out of order" }))
      })
      const { capture, logged } = logging()
      const load = Effect.provideService(State.load(Account.withSnapshots, "a"), SnapshotStore, failing)
      expect(yield* capture(load)).toMatchObject({ state: { balance: 3 } })
      expect(logged).toEqual([
        "Warn: the snapshot of \"account-a\" could not be read; the state is folded from its events"
      ])
    })))

  it("returns None for a stream without a snapshot", () =>
    run(Effect.gen(function*() {
      expect(yield* Snapshots.find(Account.withSnapshots.snapshots, stream("b"))).toEqual(Option.none())
    })))
})

describe("a snapshot is due", () => {
  const isDue = (before: number, after: number) =>
    Snapshots.isDue(Account.withSnapshots, StreamVersion(before), StreamVersion(after))

  it.each([[2, 3], [0, 3], [1, 4], [2, 9], [5, 6], [0, 100]])(
    "from version %d to %d, passing a multiple of 3",
    (from, to) => expect(isDue(from, to)).toBe(true)
  )

  it.each([[0, 0], [0, 2], [3, 3], [3, 4], [3, 5], [4, 5]])(
    "not from version %d to %d",
    (from, to) => expect(isDue(from, to)).toBe(false)
  )

  it("never for an aggregate without snapshots", () => {
    expect(Snapshots.isDue(Account.account, StreamVersion(0), StreamVersion(1000))).toBe(false)
  })
})

describe("a state as of an instant of the domain's clock", () => {
  it("is not saved as a snapshot, because earlier events may be missing", () =>
    run(Effect.gen(function*() {
      yield* append("a", stored(1, { occurredAt: at(900) }), stored(2, { occurredAt: at(100) }))
      const past = yield* State.load(Account.withSnapshots, "a", { asOf: AsOf.occurredAt(at(100)) })
      expect(past.state).toEqual({ balance: 2 })
      yield* Snapshots.save(Account.withSnapshots, past)
      expect((yield* State.load(Account.withSnapshots, "a")).state).toEqual({ balance: 3 })
    })))
})
