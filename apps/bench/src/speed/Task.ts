/** One measurement of one store: prepared once, and measured in each round. */
import type { Session } from "./Peer.ts"

/** The sizes of a measurement; each task documents which of them it reads. */
export interface Size {
  /** Concurrent writers. */
  readonly writers: number
  /** Events of an append. */
  readonly batch: number
  /** Streams of a commit, or streams that are prepared for a round. */
  readonly streams: number
  /** Events of a stream or of a log. */
  readonly events: number
  /** Rows of a projection. */
  readonly rows: number
  /** The repetitions in a round. */
  readonly times: number
  /** The duration of a round; operations that have begun are finished. */
  readonly millis: number
}

/** The incorrect results of a store in one measurement. */
interface Wrong {
  /** Appends that were acknowledged and are not stored. */
  readonly lost?: number
  /** Appends that were accepted although their expected version was wrong. */
  readonly unraised?: number
  /** Events that a reader of the whole log never saw. */
  readonly skipped?: number
}

/** The outcome of one measurement. */
export interface Measured {
  /** The figure, in the unit of its group. */
  readonly value: number
  /** The events that were appended or read, for figures per event. */
  readonly events?: number
  /** Latencies in milliseconds. */
  readonly p50?: number
  readonly p99?: number
  readonly wrong?: Wrong
}

/** Measures once; `round` is 0 for the round that warms up. */
export type Measure = (round: number) => Promise<Measured>

/** Prepares a session, which is not measured, and returns its measurement. Rejects with `Missing` if the store lacks a part. */
export type Task = (session: Session, size: Size) => Promise<Measure>

/** The store has no such part. */
export class Missing extends Error {}

/** The part of a session, if it has it. */
export const need = <Part>(part: Part | undefined, what: string): Part => {
  if (part === undefined) throw new Missing(`has no ${what}`)
  return part
}

/** Runs as many loops at the same time. */
export const concurrently = async (writers: number, loop: (writer: number) => Promise<void>): Promise<void> => {
  await Promise.all(Array.from({ length: writers }, (_, writer) => loop(writer)))
}

/** Waits. */
export const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))
