/** Browses a Journal, for tools: its streams, its events in reverse order, and its
 * idempotency keys. The specification of `LogBrowser` of `@refold/store`. */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { InvalidInput } from "../event/InvalidInput.ts"
import type { RecordedEvent } from "../event/RecordedEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import * as AppendOnlyLog from "./internal/AppendOnlyLog.ts"
import * as HashedFingerprint from "./internal/HashedFingerprint.ts"
import type { Journal } from "./Journal.ts"
import * as ReadOptions from "./ReadOptions.ts"
import * as StoredKey from "./StoredKey.ts"
import * as StreamList from "./StreamList.ts"

/** The streams that have events, in the order of their names (`StreamName.order`). */
export const listStreams = (
  journal: Journal,
  options: StreamList.ListOptions = {}
): Result.Result<ReadonlyArray<StreamList.ListedStream>, InvalidInput> =>
  Result.map(StreamList.check(options), ({ after, category, limit }) =>
    [...HashMap.entries(journal.streams)]
      .filter(([stream]) =>
        (category === undefined || StreamName.category(stream) === category) &&
        (after === undefined || StreamName.order(stream, after) > 0)
      )
      .toSorted(([one], [other]) => StreamName.order(one, other))
      .slice(0, limit)
      .map(([stream, { items, size }]) => {
        // A stream of a journal has at least one event.
        const { position, recordedAt, version } = items[size - 1]!
        return { stream, version, position, recordedAt }
      }))

/** Reads the events of a stream in the reverse order of their versions. */
export const readStreamBackwards = (
  journal: Journal,
  stream: StreamName.StreamName,
  options: ReadOptions.ReadStreamBackwardsOptions = {}
): Result.Result<ReadonlyArray<RecordedEvent>, InvalidInput> =>
  Result.gen(function*() {
    const name = yield* StreamName.parse(stream)
    const checked = yield* ReadOptions.check(options)
    const log = Option.getOrElse(HashMap.get(journal.streams, name), () => AppendOnlyLog.empty<RecordedEvent>())
    return select(log, checked)
  })

/** Reads the events of all streams in the reverse order of their positions. */
export const readAllBackwards = (
  journal: Journal,
  options: ReadOptions.ReadAllBackwardsOptions = {}
): Result.Result<ReadonlyArray<RecordedEvent>, InvalidInput> =>
  Result.map(ReadOptions.check(options), (checked) => select(journal.log, checked))

/** Finds an idempotency key; None if it is new, or was deleted. Keys of processes are refused. */
export const findKey = (
  journal: Journal,
  key: string
): Result.Result<Option.Option<StoredKey.StoredKey>, InvalidInput> =>
  Result.map(
    StoredKey.check(key),
    (checked) =>
      Option.map(HashMap.get(journal.keys, checked), ({ appended, fingerprint, neverExpires }) => ({
        key: checked,
        fingerprint: HashedFingerprint.sha256(fingerprint),
        answer: appended,
        storedAt: appended.streams[0].recordedAt,
        neverExpires
      }))
  )

// Versions and the positions of a journal have no gaps: the event with number n has index n - 1.
const select = (
  log: AppendOnlyLog.AppendOnlyLog<RecordedEvent>,
  { after, before, limit, ...filter }: ReadOptions.ReadStreamBackwardsOptions | ReadOptions.ReadAllBackwardsOptions
): ReadonlyArray<RecordedEvent> =>
  AppendOnlyLog.selectBackwards(
    log,
    { before: before === undefined ? undefined : Math.max(0, before - 1), from: after, limit },
    (event) => ReadOptions.includes(filter, event)
  )
