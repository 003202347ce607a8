/** An event store in memory whose log can go back: it loses its last events, as in a fail-over to a lagging standby. */
import * as StreamName from "@refold/core/event/StreamName"
import * as Journal from "@refold/core/journal/Journal"
import { type Snapshot, type SnapshotKey, SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import * as EventStore from "@refold/store/log/EventStore"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

/** The services, and their log. */
export interface PutBackStore {
  readonly services: Context.Context<EventStore.EventStore | EventReader | SnapshotStore>
  readonly log: () => Journal.Journal
  /** Puts back a log as it was earlier. Snapshots stay, as those of events that are lost. */
  readonly putBack: (log: Journal.Journal) => void
}

/** An empty store. */
export const make = (): PutBackStore => {
  let journal = Journal.empty
  const services = Context.add(
    EventStore.context(adapterOf(() => journal, (next) => void (journal = next))),
    SnapshotStore,
    snapshots()
  )
  return { services, log: () => journal, putBack: (log) => void (journal = log) }
}

const adapterOf = (current: () => Journal.Journal, set: (next: Journal.Journal) => void): EventStore.Adapter => {
  const ask = <A, E>(question: (journal: Journal.Journal) => Result.Result<A, E>) =>
    Effect.suspend(() => Effect.fromResult(question(current())))
  const change = <A, E>(update: (journal: Journal.Journal) => Result.Result<readonly [Journal.Journal, A], E>) =>
    ask((journal) =>
      Result.map(update(journal), ([next, answer]) => {
        set(next)
        return answer
      })
    )
  // The instance stays the same: handlers notice lost events by the events alone.
  const logHead = Effect.sync(() => ({ position: Journal.head(current()), instance: "one" }))
  return {
    commit: (commit) =>
      Effect.flatMap(DateTime.now, (now) => change((journal) => Journal.append(journal, commit, now))),
    findAppended: (key) => ask((journal) => Journal.findAppended(journal, key)),
    forgetKeys: (before) => change((journal) => Journal.forgetKeys(journal, before)),
    inTransaction: Effect.succeed(false),
    readStream: (stream, options) =>
      Stream.fromArrayEffect(ask((journal) => Journal.readStream(journal, stream, options))),
    readAll: (options) => Stream.fromArrayEffect(ask((journal) => Journal.readAll(journal, options))),
    logHead,
    logHeads: Stream.fromEffect(logHead),
    lastInstance: Effect.succeed("one"),
    bound: Effect.map(logHead, ({ position }) => ({ head: position, last: position, heldBackBy: [] })),
    findEvent: (id) => ask((journal) => Journal.findEvent(journal, id)),
    streamVersions: (streams) =>
      ask((journal) =>
        Result.all(
          streams.map((stream) => Result.map(StreamName.parse(stream), (name) => Journal.streamVersion(journal, name)))
        )
      )
  }
}

const snapshots = (): SnapshotStore["Service"] => {
  const saved = new Map<string, Snapshot>()
  const idOf = ({ fingerprint, stream, view }: SnapshotKey) => JSON.stringify([stream, view, fingerprint])
  return SnapshotStore.of({
    find: (key) => Effect.sync(() => Option.fromNullishOr(saved.get(idOf(key)))),
    save: (key, snapshot) =>
      Effect.sync(() => {
        const known = saved.get(idOf(key))
        if (known === undefined || known.version < snapshot.version) saved.set(idOf(key), snapshot)
      })
  })
}
