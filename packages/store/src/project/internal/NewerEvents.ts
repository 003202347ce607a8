/**
 * Events in a newer schema version than the latest one of the code. The code is too old, so nothing is parked: a batch stops
 * before the first of them, and newer code continues from there.
 */
import { NewerSchemaVersion } from "@refold/core/event/DecodeError"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import type { Batch, NewerEvent } from "../ReadModelStore.ts"
import type { Outcome, ProjectionTarget } from "./ProjectionTarget.ts"

/** Folds the events before the first one that only newer code can fold. `covered` is the number of all events before it. */
export const foldBefore = <R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  events: ReadonlyArray<RecordedEvent>,
  waiting: ReadonlySet<StreamName>,
  limits: Parameters<ProjectionTarget["fold"]>[3]
): Effect.Effect<Outcome & { readonly covered: number }, EventStoreError, R> => {
  const newer = find(target, events, waiting)
  const before = newer === undefined ? events : events.filter(({ position }) => position < newer.position)
  return Effect.map(target.fold(batch, before, waiting, limits), (outcome) => {
    const own = outcome.newer
    if (own !== undefined) {
      return { ...outcome, covered: before.filter(({ position }) => position < own.position).length }
    }
    const { covered = before.length } = outcome
    return { ...outcome, covered, newer: covered < before.length ? undefined : newer }
  })
}

// The first event that is newer than the code; events of waiting (parked) streams are skipped.
const find = <R>(
  { checkVersion }: Pick<ProjectionTarget<R>, "checkVersion">,
  events: ReadonlyArray<RecordedEvent>,
  waiting: ReadonlySet<StreamName>
): NewerEvent | undefined => {
  for (const event of events) {
    const checked = checkVersion(event)
    if (Result.isFailure(checked) && !waiting.has(event.stream)) return at(event, checked.failure)
  }
  return undefined
}

/** The event at which the code waits after a fold; none if its stream was parked at an earlier event since. */
export const waitsAt = ({ newer, poisoned }: Pick<Outcome, "newer" | "poisoned">): NewerEvent | undefined =>
  poisoned.some(({ stream }) => stream === newer?.stream) ? undefined : newer

/** An event that this code cannot fold, because the event, or one that it depends on, is newer. */
export const at = (
  { position, stream, version }: Pick<RecordedEvent, "stream" | "version" | "position">,
  { latest, schemaVersion, type }: Pick<NewerSchemaVersion, "type" | "schemaVersion" | "latest">
): NewerEvent => ({ stream, version, position, type, schemaVersion, latest })

/** The error of code that has to fold the event now. */
export const toError = ({ latest, schemaVersion, stream, type, version }: NewerEvent): NewerSchemaVersion =>
  new NewerSchemaVersion({ stream, version, type, schemaVersion, latest })
