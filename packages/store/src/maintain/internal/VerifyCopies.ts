/** Verifies the data that refers to events: idempotency keys and snapshots. */
import * as Json from "@refold/core/event/Json"
import * as StreamName from "@refold/core/event/StreamName"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { EventReader } from "../../log/EventReader.ts"
import * as Finding from "../Finding.ts"
import { type CopiedKey, type CopiedWrite, Maintenance, type StoredSnapshot } from "../Maintenance.ts"
import type { Verifier } from "../Verifier.ts"
import type { Count } from "./VerifyLog.ts"

/** Keys whose commits are not stored. */
export const keys = (count: Count) =>
  Stream.unwrap(Effect.gen(function*() {
    const { head, streamVersions } = yield* EventReader
    const store = yield* Maintenance
    return Stream.mapArrayEffect(store.keys(yield* head), (keys) =>
      Effect.gen(function*() {
        yield* count(keys.length)
        const writes = keys.flatMap(({ commit, key }) => commit.map((write) => ({ ...write, key })))
        const versions = yield* streamVersions(writes.map(({ stream }) => stream))
        return [writes.flatMap((write, index) => write.version > versions[index]! ? [orphan(write)] : [])] as const
      })).pipe(Stream.flattenIterable)
  }))

const orphan = ({ key, stream, version }: CopiedWrite & Pick<CopiedKey, "key">): Finding.Finding =>
  Finding.make(
    "OrphanKey",
    `the commit of idempotency key "${key}" is not stored: stream "${stream}" has no event ${version}`,
    { key, stream, version }
  )

/** Snapshots of events that are not stored, and snapshots whose state differs from the fold of their events. */
export const snapshots = (verifiers: ReadonlyArray<Verifier>, count: Count) =>
  Stream.unwrap(
    Effect.map(Maintenance, ({ snapshots }) =>
      Stream.mapEffect(snapshots, (snapshot) =>
        Effect.andThen(count(1), checkSnapshot(verifiers, snapshot))).pipe(
          Stream.flattenIterable
        ))
  )

const checkSnapshot = Effect.fnUntraced(function*(verifiers: ReadonlyArray<Verifier>, snapshot: StoredSnapshot) {
  const { fingerprint, isOfStoredEvent, state, stream, version, view } = snapshot
  const details = { stream, view, version }
  const which = `snapshot "${view}" of stream "${stream}" at version ${version}`
  if (!isOfStoredEvent) {
    return [
      Finding.make("OrphanSnapshot", `the last event of ${which} is not stored; it is not used`, details, "Warning")
    ]
  }
  const own = verifiers.find(({ snapshots }) =>
    snapshots?.view === view && snapshots.fingerprint === fingerprint &&
    snapshots.category === StreamName.category(stream)
  )
  if (own?.snapshots === undefined) return []
  const replayed = yield* Effect.map(own.snapshots.replay(stream, version), Json.canonical).pipe(
    Effect.catch((error) => error._tag === "EventStoreError" ? Effect.fail(error) : Effect.succeed(error.message))
  )
  return replayed === Json.canonical(state)
    ? []
    : [Finding.make("WrongSnapshot", `${which} is not what its events give`, details)]
})
