/** Copies the content of a journal to another store and back. Unlike an append, it keeps the given times and keys. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { Position } from "../../event/Position.ts"
import type { RecordedEvent } from "../../event/RecordedEvent.ts"
import type { StreamName } from "../../event/StreamName.ts"
import type { StreamVersion } from "../../event/StreamVersion.ts"
import * as Commit from "../Commit.ts"
import * as ExpectedVersion from "../ExpectedVersion.ts"
import type { Journal } from "../Journal.ts"
import * as AppendOnlyLog from "./AppendOnlyLog.ts"
import * as Fingerprint from "./Fingerprint.ts"
import * as HashedFingerprint from "./HashedFingerprint.ts"
import * as ProcessKey from "./ProcessKey.ts"

/** An idempotency key and the commit that was stored under it. `sha256` or `isOfContent`, or both, give its fingerprint. */
export interface CopiedKey {
  readonly key: string
  /** The hash of the fingerprint as PostgreSQL stores it, as hex; undefined if another store has to compute it from the content. */
  readonly sha256?: string | undefined
  /** Whether it is the fingerprint of the commit's content; otherwise it was given with the key. */
  readonly isOfContent: boolean
  readonly neverExpires: boolean
  /** The streams of the commit, in the order of its writes. */
  readonly commit: NonEmptyReadonlyArray<CopiedWrite>
}

/** The events that a commit stored in one stream: those with the versions `firstVersion` to `version`. */
export interface CopiedWrite {
  readonly stream: StreamName
  readonly firstVersion: StreamVersion
  readonly version: StreamVersion
}

/** The keys of commits that ended at or before a position, in their order as texts. */
export const keys = (journal: Journal, upTo: Position): ReadonlyArray<CopiedKey> =>
  [...HashMap.entries(journal.keys)]
    .filter(([, { appended }]) => appended.position <= upTo)
    .toSorted(([one], [two]) => one < two ? -1 : 1)
    .map(([key, { appended, fingerprint, neverExpires }]): CopiedKey => ({
      key,
      sha256: HashedFingerprint.sha256(fingerprint),
      isOfContent: Fingerprint.isOfContent(fingerprint),
      neverExpires,
      // As many as in the answer.
      commit: appended.streams.map(({ firstVersion, stream, version }) => ({
        stream,
        firstVersion,
        version
      })) as unknown as CopiedKey["commit"]
    }))

/**
 * Adds events that were checked, in their order, with their versions and times, at the next positions. `commits` has the new
 * positions of the first events of commits by their former ones, and is added to.
 */
export const addEvents = (
  journal: Journal,
  events: ReadonlyArray<RecordedEvent>,
  commits: Map<Position, Position>
): Journal => {
  const recorded = events.map((event, index) => {
    const position = Position(journal.log.size + index + 1)
    const commit = commits.get(event.commit) ?? position
    commits.set(event.commit, commit)
    return Object.freeze({ ...event, position, commit })
  })
  const streams = HashMap.mutate(journal.streams, (streams) => {
    for (const event of recorded) {
      const before = Option.getOrElse(HashMap.get(streams, event.stream), () => AppendOnlyLog.empty<RecordedEvent>())
      HashMap.set(streams, event.stream, AppendOnlyLog.appendAll(before, [event]))
    }
  })
  const eventIds = HashMap.mutate(journal.eventIds, (ids) => {
    for (const event of recorded) HashMap.set(ids, event.id, event)
  })
  return { ...journal, log: AppendOnlyLog.appendAll(journal.log, recorded), streams, eventIds }
}

/** Adds a key whose commit is stored. Keys of processes never expire. */
export const addKey = (journal: Journal, { commit, isOfContent, key, neverExpires, sha256 }: CopiedKey): Journal => {
  const writes = commit.map((write) => eventsOf(journal, write))
  const places = writes.map((events, index) => {
    const { position, recordedAt } = events.at(-1)!
    return { ...commit[index]!, position, recordedAt }
  })
  return {
    ...journal,
    keys: HashMap.set(journal.keys, key, {
      fingerprint: isOfContent || sha256 === undefined ? contentOf(writes) : HashedFingerprint.ofHash(sha256),
      // As many as in the commit.
      appended: Commit.appended(places as unknown as Commit.Appended["streams"], true),
      neverExpires: neverExpires || ProcessKey.commandIdOf(key) !== undefined
    })
  }
}

const eventsOf = (journal: Journal, { firstVersion, stream, version }: CopiedWrite): ReadonlyArray<RecordedEvent> =>
  Option.match(HashMap.get(journal.streams, stream), {
    onNone: () => [],
    onSome: ({ items }) => items.slice(firstVersion - 1, version)
  })

const contentOf = (writes: ReadonlyArray<ReadonlyArray<RecordedEvent>>): string =>
  Fingerprint.ofCommit({
    // At least one, as in the key.
    writes: writes.map((events) => ({
      stream: events[0]!.stream,
      expected: ExpectedVersion.Any,
      events
    })) as unknown as Commit.Commit["writes"]
  })
