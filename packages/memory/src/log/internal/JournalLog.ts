/** The store of events in memory: a Journal in a reference whose changes can be followed. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import type { Appended, Commit } from "@refold/core/journal/Commit"
import * as Journal from "@refold/core/journal/Journal"
import type { Adapter, InlineRow } from "@refold/store/log/EventStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"

/** Stores the inline rows of a commit that was appended. Must not fail. */
export type SaveInlineRows = (rows: ReadonlyArray<InlineRow>, appended: Appended) => void

/** The adapter. It saves inline rows in the same step as the events, so that no reader sees one without the other. */
export const make = (saveInlineRows: SaveInlineRows): Effect.Effect<Adapter> =>
  Effect.map(SubscriptionRef.make(Journal.empty), (ref) => {
    const journal = SubscriptionRef.get(ref)
    const ask = <A, E>(question: (journal: Journal.Journal) => Result.Result<A, E>) =>
      Effect.flatMap(journal, (current) => Effect.fromResult(question(current)))
    const read = (select: (journal: Journal.Journal) => Result.Result<ReadonlyArray<RecordedEvent>, InvalidInput>) =>
      Stream.fromArrayEffect(ask(select))
    const head = Effect.map(journal, Journal.head)
    return {
      commit: Effect.fnUntraced(function*(commit: Commit, inline: ReadonlyArray<InlineRow> = []) {
        const now = yield* DateTime.now
        const result = yield* SubscriptionRef.modify(ref, (current) => {
          const result = Journal.append(current, commit, now)
          if (Result.isSuccess(result) && !result.success[1].deduplicated) saveInlineRows(inline, result.success[1])
          return [result, Result.isSuccess(result) ? result.success[0] : current]
        })
        return (yield* Effect.fromResult(result))[1]
      }),
      findAppended: (idempotency) => ask((current) => Journal.findAppended(current, idempotency)),
      forgetKeys: Effect.fnUntraced(function*(before: DateTime.Utc) {
        const result = yield* SubscriptionRef.modify(ref, (current) => {
          const result = Journal.forgetKeys(current, before)
          return [result, Result.isSuccess(result) ? result.success[0] : current]
        })
        return (yield* Effect.fromResult(result))[1]
      }),
      inTransaction: Effect.succeed(false),
      readStream: (stream, options) => read((current) => Journal.readStream(current, stream, options)),
      readAll: (options) => read((current) => Journal.readAll(current, options)),
      head,
      heads: SubscriptionRef.changes(ref).pipe(
        Stream.map(Journal.head),
        Stream.changes,
        Stream.buffer({ capacity: 1, strategy: "sliding" })
      ),
      bound: Effect.map(head, (at) => ({ head: at, last: at, heldBackBy: [] })),
      findEvent: (id) => ask((current) => Journal.findEvent(current, id)),
      streamVersions: (streams) =>
        ask((current) =>
          Result.all(
            streams.map((stream, index) =>
              Result.map(StreamName.parse(stream, `streams[${index}]`), (name) => Journal.streamVersion(current, name))
            )
          )
        )
    }
  })
