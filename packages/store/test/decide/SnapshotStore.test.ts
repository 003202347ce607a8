import { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { type Snapshot, type SnapshotKey, SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { describe, expect, it } from "vitest"
import { at, run, stored, stream } from "../support/Account.ts"

const key: SnapshotKey = { stream: stream("a"), view: "balance", fingerprint: "1" }
const snapshot = (version: number, state: string): Snapshot => ({
  version: StreamVersion(version),
  lastEventId: stored(version).id,
  position: Position(version),
  recordedAt: at(0),
  state
})

const save = (key: SnapshotKey, saved: Snapshot) => Effect.flatMap(SnapshotStore, (store) => store.save(key, saved))
const find = (key: SnapshotKey) =>
  Effect.map(Effect.flatMap(SnapshotStore, (store) => store.find(key)), Option.map(({ state }) => state))

describe("a snapshot store in memory", () => {
  it("keeps the highest version of a fingerprint, whatever the order of saves", () =>
    run(Effect.gen(function*() {
      yield* save(key, snapshot(2, "second"))
      yield* save(key, snapshot(1, "first"))
      expect(yield* find(key)).toEqual(Option.some("second"))
      yield* save(key, snapshot(3, "third"))
      expect(yield* find(key)).toEqual(Option.some("third"))
    })))

  it("replaces a snapshot of another fingerprint even by a lower version", () =>
    run(Effect.gen(function*() {
      yield* save(key, snapshot(9, "old code"))
      yield* save({ ...key, fingerprint: "2" }, snapshot(1, "new code"))
      expect(yield* find({ ...key, fingerprint: "2" })).toEqual(Option.some("new code"))
      expect(yield* find(key)).toEqual(Option.none())
    })))

  it("distinguishes streams and views", () =>
    run(Effect.gen(function*() {
      yield* save(key, snapshot(1, "mine"))
      expect(yield* find({ ...key, stream: stream("b") })).toEqual(Option.none())
      expect(yield* find({ ...key, view: "other" })).toEqual(Option.none())
      expect(yield* find(key)).toEqual(Option.some("mine"))
    })))

  it("refuses a state that a client could not read again", () =>
    run(Effect.gen(function*() {
      yield* save(key, snapshot(1, "x".repeat(8 * 1024 * 1024 - 2)))
      expect(yield* Effect.flip(save(key, snapshot(2, "x".repeat(8 * 1024 * 1024 - 1))))).toMatchObject({
        _tag: "InvalidInput",
        field: "state",
        rule: "must not be longer than 8388608 bytes as JSON text"
      })
    })))
})
