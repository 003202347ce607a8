/** Work on a whole store in memory. */
import type * as Position from "@refold/core/event/Position"
import * as JournalCopy from "@refold/core/internal/journal/JournalCopy"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import type * as Journal from "@refold/core/journal/Journal"
import {
  type CopiedConsumer,
  type CopiedDiscard,
  type EventPlace,
  Maintenance
} from "@refold/store/maintain/Maintenance"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as MemorySnapshotStore from "../../decide/internal/MemorySnapshotStore.ts"
import * as Generations from "../../project/internal/Generations.ts"
import { parkedOf } from "../../project/internal/MemoryBatch.ts"
import * as MemoryImport from "./MemoryImport.ts"

/** The service of a store. */
export const make = (parts: MemoryImport.Parts): Maintenance["Service"] => {
  const held: MemoryImport.Held = { filling: undefined }
  return Maintenance.of({
    // The events of a commit become visible at once.
    wholeCommits: Effect.succeed,
    keys: (upTo) =>
      Stream.fromIterableEffect(
        Effect.map(SubscriptionRef.get(parts.log), ({ journal }) => JournalCopy.keys(journal, upTo))
      ),
    discards: (upTo) => Stream.fromIterableEffect(Effect.sync(() => discardsOf(parts.generations.current, upTo))),
    consumers: (upTo) =>
      Effect.map(
        SubscriptionRef.get(parts.log),
        ({ journal }) => consumersOf(parts.generations.current, journal, upTo)
      ),
    marks: Stream.fromIterableEffect(
      Effect.map(
        SubscriptionRef.get(parts.log),
        ({ journal }) =>
          [...HashMap.values(journal.streams)].flatMap(({ items, size }) =>
            // Only appends and imports that were checked write events.
            items.slice(0, size).map((event) => ({ ...event, isOfStoredCommit: true }))
          )
      )
    ),
    snapshots: Stream.fromIterableEffect(
      Effect.map(
        Effect.all([SubscriptionRef.get(parts.log), parts.snapshots]),
        ([{ journal }, all]) =>
          MemorySnapshotStore.list(all).map(({ lastEventId, ...snapshot }) => ({
            ...snapshot,
            isOfStoredEvent: Option.exists(
              HashMap.get(journal.eventIds, lastEventId),
              ({ stream, version }) => stream === snapshot.stream && version === snapshot.version
            )
          }))
      )
    ),
    // There is no counter, and nothing can change an event.
    ownFindings: Effect.succeed([]),
    diagnoses: Effect.succeed([]),
    importInto: (isDryRun, body) =>
      body(
        isDryRun
          ? { ...MemoryImport.target(parts, { filling: undefined }), finish: () => Effect.void }
          : MemoryImport.target(parts, held)
      ),
    abandonImport: Effect.sync(() => {
      const isFilling = held.filling !== undefined
      held.filling = undefined
      return isFilling
    })
  })
}

const discardsOf = ({ discarded }: Generations.Generations, upTo: Position.Position): ReadonlyArray<CopiedDiscard> =>
  [...HashMap.entries(discarded)].toSorted(([one], [two]) => one < two ? -1 : 1).flatMap(([projection, events]) =>
    events.filter(({ position }) => position <= upTo).map(({ discardedAt, reason, stream, version }) => ({
      projection,
      stream,
      version,
      reason,
      discardedAt
    }))
  )

const consumersOf = (
  all: Generations.Generations,
  journal: Journal.Journal,
  upTo: Position.Position
): ReadonlyArray<CopiedConsumer> =>
  Generations.list(all)
    .filter(({ definition, status }) => status === "Live" && StoredDefinition.parse(definition).kind === "consumer")
    .map(({ addition, checkpoint, definition, id, partitions, projection }) => ({
      consumer: projection,
      definition,
      after: placeAt(journal, Math.min(checkpoint, upTo)),
      // Several partitions are taken together at the lowest of their checkpoints: a stream that is parked after it is read again,
      // and an addition of event types begins again.
      addition: partitions > 1 || addition === undefined ? undefined : {
        definition: addition.definition,
        after: placeAt(journal, Math.min(addition.checkpoint, upTo))
      },
      parked: Arr.dedupeWith(parkedOf(all, id), (one, two) => one.stream === two.stream)
        .filter(({ position }) => position <= Math.min(checkpoint, upTo))
        .map(({ position: _position, ...parked }) => parked)
    }))

// The positions of a journal have no gaps.
const placeAt = ({ log }: Journal.Journal, position: number): EventPlace | undefined => {
  const event = log.items[position - 1]
  return event && { stream: event.stream, version: event.version }
}
