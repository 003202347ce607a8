/** The interface of every event store that the benchmark measures. */

/** The data of an event, about 160 bytes as JSON. */
export interface Payload {
  /** Unique in the run, so that a reader can record which events it has seen. */
  readonly n: number
  readonly cents: number
  /** The key of the row that a projection adds it to. */
  readonly account: string
  readonly why: string
}

/** The state of a stream. */
export interface Folded {
  readonly events: number
  readonly cents: number
}

/**
 * The version of a stream, in the store's own count: 0 before its first event, then the number of its events, or, in a store
 * without versions, the position of its last event.
 */
export type Mark = number

/** Another writer has appended to the stream since the mark was taken. */
export class Conflict extends Error {}

/** The progress of building a projection. */
interface Built {
  /** The events that were projected. */
  readonly events: number
  /** Whether that is the whole log. */
  readonly isDone: boolean
}

/** A read model: one row for each account, with the number and the sum of its events. */
export interface Projection {
  /** Builds the rows from the first event on, and stops after `millis`. */
  readonly catchUp: (name: string, millis: number, keyOf: (payload: Payload) => string) => Promise<Built>
  /** Keeps the rows up to date until the returned function is called. */
  readonly start: (name: string) => Promise<() => Promise<void>>
  /** The number of events in a row, as a user of the store would read it; 0 for a row that does not exist. */
  readonly countOf: (name: string, key: string) => Promise<number>
}

/** An open store. A part that a store does not have is missing. */
export interface Session {
  /** Appends to one stream, atomically, if the stream is at `mark`; rejects with `Conflict` otherwise. */
  readonly append: (stream: string, mark: Mark, payloads: ReadonlyArray<Payload>) => Promise<Mark>
  /** Reads a stream and folds it. */
  readonly load: (stream: string) => Promise<Folded>
  /** Loads, decides and appends one event, as the store's documentation does it; `cold`: without a cached state. */
  readonly handle: (stream: string, payload: Payload, cold?: boolean) => Promise<void>
  /** The number of stored events. */
  readonly stored?: () => Promise<number>
  /** Appends one event to each of several new streams, atomically. */
  readonly commit?: (streams: ReadonlyArray<string>, payloads: ReadonlyArray<Payload>) => Promise<void>
  /** Loads by a snapshot and the events after it. `prepare` makes the stream, with `after` events after the snapshot. */
  readonly snapshot?: {
    readonly prepare: (stream: string, events: number, after: number) => Promise<void>
    readonly load: (stream: string) => Promise<Folded>
  }
  readonly projection?: Projection
  /** Reads the events of all streams from the first on and then those that are appended, until the returned function is called. */
  readonly follow?: (seen: (n: number) => void) => Promise<() => Promise<void>>
  readonly close: () => Promise<void>
}

/** An event store to measure. */
export interface Peer {
  /** Opens a store on an empty database, or on one that was opened before. Adapters in memory ignore the url. */
  readonly open: (url: string) => Promise<Session>
}

/** The category of all streams. */
export const category = "account"

/** The type of all events. */
export const eventType = "Deposited"

/** Folds one more event. */
export const evolve = ({ cents, events }: Folded, payload: Pick<Payload, "cents">): Folded => ({
  events: events + 1,
  cents: cents + payload.cents
})

/** A stream without events. */
export const empty: Folded = { events: 0, cents: 0 }

/** The pool size that each store on a server gets. */
export const connections = 10
