/**
 * Parks a stream after a number of failed attempts to fold its poisoned event, with exponential backoff. From
 * then on the projection skips the stream's events, until they are retried or the poisoned one is discarded.
 */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import type * as Duration from "effect/Duration"
import type { ParkedStream } from "../ReadModelStore.ts"

/** The number of attempts at a poisoned event, and the pauses between them. */
export interface ParkingPolicy {
  /** The attempts to fold a poisoned event before its stream is parked; 3 by default. */
  readonly attempts: number
  /** The pause after the first failed attempt, doubled after each further one, up to a minute; 50 ms by default. */
  readonly backoff: Duration.Input
}

/** The default policy. */
export const defaults: ParkingPolicy = { attempts: 3, backoff: "50 millis" }

/** Whether a batch that failed in this attempt, counted from 1, is tried again; otherwise its poisoned streams are parked. */
export const isRetried = ({ attempts }: Pick<ParkingPolicy, "attempts">, attempt: number): boolean => attempt < attempts

/** The stream to park at its poisoned event, after this number of attempts. */
export const park = (
  { position, reason, stage, stream, type, version }: PoisonedEvent,
  attempts: number
): Omit<ParkedStream, "parkedAt"> => ({ stream, version, position, type, stage, reason, attempts })

/** The stream to park at an event that a retry has reached and not tried yet. */
export const parkAt = (
  before: ParkedStream,
  { position, type, version }: Pick<RecordedEvent, "position" | "type" | "version">
): Omit<ParkedStream, "parkedAt"> => ({ ...before, version, position, type, attempts: 0 })

/** The stream to park after a retry that failed: attempts are counted for each poisoned event. */
export const parkAgain = (
  before: ParkedStream,
  poisoned: PoisonedEvent
): Omit<ParkedStream, "parkedAt"> => park(poisoned, poisoned.version === before.version ? before.attempts + 1 : 1)
