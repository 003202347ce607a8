/**
 * An event store as a pure value: the specification of every adapter. Its positions have no gaps, those of an adapter
 * may have some: compare the order of positions, never the numbers.
 */
import type { NonEmptyReadonlyArray } from "effect/Array"
import type * as DateTime from "effect/DateTime"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as EventId from "../event/EventId.ts"
import type { InvalidInput } from "../event/InvalidInput.ts"
import * as NewEvent from "../event/NewEvent.ts"
import { Position } from "../event/Position.ts"
import type { RecordedEvent } from "../event/RecordedEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import { StreamVersion } from "../event/StreamVersion.ts"
import * as AppendError from "./AppendError.ts"
import * as Commit from "./Commit.ts"
import * as ExpectedVersion from "./ExpectedVersion.ts"
import * as AppendOnlyLog from "./internal/AppendOnlyLog.ts"
import * as Fingerprint from "./internal/Fingerprint.ts"
import * as IdempotencyKeys from "./internal/IdempotencyKeys.ts"
import { record } from "./internal/RecordEvents.ts"
import * as ReadOptions from "./ReadOptions.ts"
import * as SizeLimits from "./SizeLimits.ts"

/** All appended events and the used idempotency keys. Opaque: use the functions of this module. */
export interface Journal {
  readonly log: AppendOnlyLog.AppendOnlyLog<RecordedEvent>
  readonly streams: HashMap.HashMap<StreamName.StreamName, AppendOnlyLog.AppendOnlyLog<RecordedEvent>>
  readonly eventIds: HashMap.HashMap<EventId.EventId, RecordedEvent>
  readonly keys: IdempotencyKeys.IdempotencyKeys
}

/** The journal without events. */
export const empty: Journal = {
  log: AppendOnlyLog.empty(),
  streams: HashMap.empty(),
  eventIds: HashMap.empty(),
  keys: IdempotencyKeys.empty
}

/**
 * Appends a commit atomically. Checks input, idempotency key, expected versions and event ids, in this order; within a check the
 * first write that fails is reported, guards included. `recordedAt` is the given time, or the stream's last one if later.
 */
export const append = (
  journal: Journal,
  commit: Commit.Commit,
  recordedAt: DateTime.Utc,
  limits: SizeLimits.SizeLimits = SizeLimits.defaults
): Result.Result<readonly [Journal, Commit.Appended], AppendError.AppendError> =>
  Result.gen(function*() {
    const checked = yield* Commit.check(commit, limits)
    const earlier = yield* IdempotencyKeys.find(journal.keys, checked.idempotency?.key, Fingerprint.ofCommit(checked))
    if (Option.isSome(earlier)) return [journal, earlier.value] as const
    yield* checkVersions(journal, checked)
    yield* checkEventIds(journal, checked)
    const [stored, appended] = store(journal, checked, recordedAt)
    return [{ ...stored, keys: IdempotencyKeys.add(journal.keys, checked, appended) }, appended] as const
  })

/**
 * Finds the result of the commit with an idempotency key and its fingerprint, marked `deduplicated`; None if the key is
 * new. Fails with `IdempotencyConflict` if the key was used with a different fingerprint. Without a fingerprint it finds
 * any commit with the key.
 */
export const findAppended = (
  journal: Journal,
  idempotency: Commit.KeyLookUp
): Result.Result<Option.Option<Commit.Appended>, AppendError.IdempotencyConflict | InvalidInput> =>
  Result.flatMap(
    Commit.checkIdempotency(idempotency),
    ({ fingerprint, key }) =>
      IdempotencyKeys.find(journal.keys, key, fingerprint === undefined ? undefined : Fingerprint.ofGiven(fingerprint))
  )

/**
 * Deletes the idempotency keys whose first commit was recorded before a time, except those that never expire, and
 * returns their number. A deleted key is new again.
 */
export const forgetKeys = (
  journal: Journal,
  before: DateTime.Utc
): Result.Result<readonly [Journal, number], InvalidInput> =>
  Result.map(NewEvent.checkTime(before, "before"), (instant) => {
    const keys = IdempotencyKeys.expire(journal.keys, instant)
    return [{ ...journal, keys }, HashMap.size(journal.keys) - HashMap.size(keys)]
  })

/** Reads the events of a stream in the order of their versions; none if the stream does not exist. */
export const readStream = (
  journal: Journal,
  stream: StreamName.StreamName,
  options: ReadOptions.ReadStreamOptions = {}
): Result.Result<ReadonlyArray<RecordedEvent>, InvalidInput> =>
  Result.gen(function*() {
    const name = yield* StreamName.parse(stream)
    const { after = 0, ...filter } = yield* ReadOptions.check(options)
    // Versions have no gaps: the event of version n + 1 has index n.
    return AppendOnlyLog.select(streamLog(journal, name), after, (event) =>
      ReadOptions.includes(filter, event), filter.limit)
  })

/** Reads the events of all streams in the order of their positions. */
export const readAll = (
  journal: Journal,
  options: ReadOptions.ReadAllOptions = {}
): Result.Result<ReadonlyArray<RecordedEvent>, InvalidInput> =>
  Result.map(ReadOptions.check(options), ({ after = 0, ...filter }) =>
    // The positions of a journal have no gaps either.
    AppendOnlyLog.select(journal.log, after, (event) => ReadOptions.includes(filter, event), filter.limit))

/** Finds the event with this id. */
export const findEvent = (
  journal: Journal,
  id: EventId.EventId
): Result.Result<Option.Option<RecordedEvent>, InvalidInput> =>
  Result.map(EventId.parse(id), (checked) => HashMap.get(journal.eventIds, checked))

/** The number of events in a stream. */
export const streamVersion = (journal: Journal, stream: StreamName.StreamName): StreamVersion =>
  StreamVersion(streamLog(journal, stream).size)

/** The position of the last event; 0 if there is none. */
export const head = (journal: Journal): Position => Position(journal.log.size)

const streamLog = (journal: Journal, stream: StreamName.StreamName): AppendOnlyLog.AppendOnlyLog<RecordedEvent> =>
  Option.getOrElse(HashMap.get(journal.streams, stream), () => AppendOnlyLog.empty<RecordedEvent>())

const checkVersions = (journal: Journal, commit: Commit.Commit): Result.Result<void, AppendError.VersionConflict> => {
  for (const { expected, lastEventId, stream } of commit.writes) {
    const { items, size } = streamLog(journal, stream)
    if (!ExpectedVersion.matches(expected, StreamVersion(size))) {
      return Result.fail(AppendError.versionConflict(stream, expected, StreamVersion(size)))
    }
    const last = items[size - 1]
    if (lastEventId !== undefined && lastEventId !== last?.id) {
      return Result.fail(AppendError.versionConflict(stream, expected, StreamVersion(size), last?.id))
    }
  }
  return Result.void
}

const checkEventIds = (journal: Journal, commit: Commit.Commit): Result.Result<void, AppendError.DuplicateEventId> => {
  const own = new Set<EventId.EventId>()
  for (const { id } of commit.writes.flatMap(({ events }) => events)) {
    if (own.has(id) || HashMap.has(journal.eventIds, id)) return Result.fail(new AppendError.DuplicateEventId({ id }))
    own.add(id)
  }
  return Result.void
}

const store = (
  journal: Journal,
  { writes }: Commit.Commit,
  recordedAt: DateTime.Utc
): readonly [Journal, Commit.Appended] => {
  let next = journal
  const commit = Position(journal.log.size + 1)
  const places = writes.filter((write) => !Commit.isGuard(write)).map((write): Commit.AppendedStream => {
    const before = streamLog(next, write.stream)
    // At least one event.
    const recorded = record({ head: next.log.size, commit, before, now: recordedAt }, write)
    next = addTo(next, write.stream, before, recorded)
    const { position, recordedAt: at, stream, version } = recorded.at(-1)!
    return { stream, firstVersion: recorded[0]!.version, version, position, recordedAt: at }
  })
  // At least one.
  return [next, Commit.appended(places as unknown as NonEmptyReadonlyArray<Commit.AppendedStream>)]
}

const addTo = (
  journal: Journal,
  stream: StreamName.StreamName,
  before: AppendOnlyLog.AppendOnlyLog<RecordedEvent>,
  recorded: ReadonlyArray<RecordedEvent>
): Journal => ({
  ...journal,
  log: AppendOnlyLog.appendAll(journal.log, recorded),
  streams: HashMap.set(journal.streams, stream, AppendOnlyLog.appendAll(before, recorded)),
  eventIds: recorded.reduce((ids, event) => HashMap.set(ids, event.id, event), journal.eventIds)
})
