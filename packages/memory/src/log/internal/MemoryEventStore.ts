/** The event store in memory: a `Journal` in a reference whose changes can be subscribed to. */
import * as StreamName from "@refold/core/event/StreamName"
import type { Appended, Commit } from "@refold/core/journal/Commit"
import * as Journal from "@refold/core/journal/Journal"
import type { SizeLimits } from "@refold/core/journal/SizeLimits"
import type { ReaderAdapter } from "@refold/store/log/EventReader"
import type { Adapter, InlineRow } from "@refold/store/log/EventStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"

/** Stores the inline rows of a commit that was appended. Must not throw. */
export type SaveInlineRows = (rows: ReadonlyArray<InlineRow>, appended: Appended) => void

type Ref = SubscriptionRef.SubscriptionRef<Journal.Journal>

/** An empty event store. Inline rows are stored in the same step as the events: no reader sees one without the other. */
export const make = (limits: SizeLimits, saveInlineRows: SaveInlineRows): Effect.Effect<Adapter> =>
  Effect.map(SubscriptionRef.make(Journal.empty), (ref) => ({
    ...readerOf(ref),
    ...writerOf(ref, limits, saveInlineRows)
  }))

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
  const head = Effect.map(SubscriptionRef.get(ref), Journal.head)
  return {
    readStream: (stream, options) =>
      Stream.fromArrayEffect(ask(ref, (journal) => Journal.readStream(journal, stream, options))),
    readAll: (options) => Stream.fromArrayEffect(ask(ref, (journal) => Journal.readAll(journal, options))),
    head,
    heads: SubscriptionRef.changes(ref).pipe(
      Stream.map(Journal.head),
      Stream.changes,
      Stream.buffer({ capacity: 1, strategy: "sliding" })
    ),
    bound: Effect.map(head, (at) => ({ head: at, last: at, heldBackBy: [] })),
    findEvent: (id) => ask(ref, (journal) => Journal.findEvent(journal, id)),
    streamVersions: (streams) => ask(ref, (journal) => versionsOf(journal, streams))
  }
}

const versionsOf = (journal: Journal.Journal, streams: ReadonlyArray<StreamName.StreamName>) =>
  Result.all(
    streams.map((stream, index) =>
      Result.map(StreamName.parse(stream, `streams[${index}]`), (name) => Journal.streamVersion(journal, name))
    )
  )

const ask = <A, E>(ref: Ref, question: (journal: Journal.Journal) => Result.Result<A, E>): Effect.Effect<A, E> =>
  Effect.flatMap(SubscriptionRef.get(ref), (journal) => Effect.fromResult(question(journal)))

const change = <A, E>(
  ref: Ref,
  update: (journal: Journal.Journal) => Result.Result<readonly [Journal.Journal, A], E>
): Effect.Effect<A, E> =>
  SubscriptionRef.modify(ref, (journal) => {
    const result = update(journal)
    return [Result.map(result, ([, answer]) => answer), Result.isSuccess(result) ? result.success[0] : journal] as const
  }).pipe(Effect.flatMap(Effect.fromResult))
