/** The event store in memory: a `Journal` in a reference whose changes can be subscribed to. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import type { Appended, Commit } from "@refold/core/journal/Commit"
import * as Journal from "@refold/core/journal/Journal"
import type { ReadAllOptions } from "@refold/core/journal/ReadOptions"
import type { SizeLimits } from "@refold/core/journal/SizeLimits"
import * as PartitionOf from "@refold/store/internal/project/PartitionOf"
import type { ReaderAdapter, ReadFailure, ReadLogOptions } from "@refold/store/log/EventReader"
import type { Adapter, InlineRow } from "@refold/store/log/EventStore"
import * as InstanceChanged from "@refold/store/log/InstanceChanged"
import { isSame, type LogHead } from "@refold/store/log/LogHead"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"

/** Stores the inline rows of a commit that was appended. Must not throw. */
export type SaveInlineRows = (rows: ReadonlyArray<InlineRow>, appended: Appended) => void

/** A journal and its instance of the log. Each store has another instance, and a restored older journal gets a new one. */
export interface Log {
  readonly journal: Journal.Journal
  readonly instance: string
}

/** The reference to the log of a store. */
export type Ref = SubscriptionRef.SubscriptionRef<Log>

/** A journal as a new instance of the log. */
export const instanceOf = (journal: Journal.Journal): Log => ({
  journal,
  instance: SecureRandom.uuidV7Unsafe()
})

/** The head of a log. */
export const headOf = ({ instance, journal }: Log): LogHead => ({ position: Journal.head(journal), instance })

/** The event store on a log. Inline rows are stored in the same step as the events: no reader sees one without the other. */
export const make = (ref: Ref, limits: SizeLimits, saveInlineRows: SaveInlineRows): Adapter => ({
  ...readerOf(ref),
  ...writerOf(ref, limits, saveInlineRows)
})

const writerOf = (
  ref: Ref,
  limits: SizeLimits,
  saveInlineRows: SaveInlineRows
): Omit<Adapter, keyof ReaderAdapter> => ({
  commit: Effect.fnUntraced(function*(commit: Commit, inline: ReadonlyArray<InlineRow> = []) {
    const now = yield* DateTime.now
    return yield* change(ref, (journal) => {
      const result = Journal.append(journal, commit, now, limits)
      if (Result.isSuccess(result) && !result.success[1].deduplicated) saveInlineRows(inline, result.success[1])
      return result
    })
  }),
  findAppended: (idempotency) => ask(ref, (journal) => Journal.findAppended(journal, idempotency)),
  forgetKeys: (before) => change(ref, (journal) => Journal.forgetKeys(journal, before)),
  inTransaction: Effect.succeed(false)
})

const readerOf = (ref: Ref): ReaderAdapter => {
  const logHead = Effect.map(SubscriptionRef.get(ref), headOf)
  return {
    readStream: (stream, options) =>
      Stream.fromArrayEffect(ask(ref, (journal) => Journal.readStream(journal, stream, options))),
    readAll: (options) =>
      Stream.fromArrayEffect(Effect.flatMap(SubscriptionRef.get(ref), (log) => readAll(log, options))),
    logHead,
    logHeads: SubscriptionRef.changes(ref).pipe(
      Stream.map(headOf),
      Stream.changesWith(isSame),
      Stream.buffer({ capacity: 1, strategy: "sliding" })
    ),
    lastInstance: Effect.map(SubscriptionRef.get(ref), ({ instance }) => instance),
    bound: Effect.map(logHead, ({ position }) => ({ head: position, last: position, heldBackBy: [] })),
    findEvent: (id) => ask(ref, (journal) => Journal.findEvent(journal, id)),
    streamVersions: (streams) => ask(ref, (journal) => versionsOf(journal, streams))
  }
}

const readAll = (
  { instance, journal }: Log,
  { instance: wanted = instance, partition, ...options }: ReadLogOptions = {}
): Effect.Effect<ReadonlyArray<RecordedEvent>, ReadFailure> =>
  wanted !== instance
    ? InstanceChanged.failed("read")
    : partition === undefined
    ? Effect.fromResult(Journal.readAll(journal, options))
    : Effect.fromResult(readPartition(journal, partition, options))

const readPartition = (
  journal: Journal.Journal,
  { number, of }: NonNullable<ReadLogOptions["partition"]>,
  { limit, ...options }: ReadAllOptions
): Result.Result<ReadonlyArray<RecordedEvent>, InvalidInput> =>
  Result.map(
    Journal.readAll(journal, options),
    (events) => events.filter(({ stream }) => PartitionOf.key(stream, of) === number).slice(0, limit)
  )

const versionsOf = (journal: Journal.Journal, streams: ReadonlyArray<StreamName.StreamName>) =>
  Result.all(
    streams.map((stream, index) =>
      Result.map(StreamName.parse(stream, `streams[${index}]`), (name) => Journal.streamVersion(journal, name))
    )
  )

/** Reads the current journal. */
export const ask = <A, E>(ref: Ref, question: (journal: Journal.Journal) => Result.Result<A, E>): Effect.Effect<A, E> =>
  Effect.flatMap(SubscriptionRef.get(ref), ({ journal }) => Effect.fromResult(question(journal)))

const change = <A, E>(
  ref: Ref,
  update: (journal: Journal.Journal) => Result.Result<readonly [Journal.Journal, A], E>
): Effect.Effect<A, E> =>
  SubscriptionRef.modify(ref, (log) => {
    const result = update(log.journal)
    const next = Result.isSuccess(result) ? { ...log, journal: result.success[0] } : log
    return [Result.map(result, ([, answer]) => answer), next] as const
  }).pipe(Effect.flatMap(Effect.fromResult))
