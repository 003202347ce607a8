/** An append to a store: events for one or more streams, stored atomically. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as EventId from "../event/EventId.ts"
import { invalid, type InvalidInput } from "../event/InvalidInput.ts"
import * as Json from "../event/Json.ts"
import * as NewEvent from "../event/NewEvent.ts"
import type { Position } from "../event/Position.ts"
import * as StreamName from "../event/StreamName.ts"
import type { StreamVersion } from "../event/StreamVersion.ts"
import * as ExpectedVersion from "./ExpectedVersion.ts"
import * as ProcessKey from "./internal/ProcessKey.ts"
import * as SizeLimits from "./SizeLimits.ts"

/**
 * Events for one stream. A write without events is a guard: it stores nothing, and the stream must be as expected when the
 * commit is stored. A guard has no part in the fingerprint and the result of the commit.
 */
export interface StreamWrite {
  readonly stream: StreamName.StreamName
  /** `Any` is invalid in a guard. */
  readonly expected: ExpectedVersion.ExpectedVersion
  /**
   * The id of the stream's last event, as the writer has read it; only with `Exact` of version 1 or more. It detects a log
   * that lost events and got others at the same versions.
   */
  readonly lastEventId?: EventId.EventId | undefined
  readonly events: ReadonlyArray<NewEvent.NewEvent>
}

/** Whether a write stores nothing and only checks its stream. */
export const isGuard = ({ events }: StreamWrite): boolean => events.length === 0

/**
 * Makes a commit safe to repeat: the first commit with a `key` is stored, a later one with the same key and fingerprint
 * returns its result. The same key with a different fingerprint is an `IdempotencyConflict`.
 */
export interface Idempotency {
  /** Unique in a store, 1 to 255 UTF-16 units. Keys that begin with `refold:` are for the commands that processes send. */
  readonly key: string
  /** Identifies the content of the commit; by default the streams, types and data of its events. */
  readonly fingerprint?: string | undefined
  /**
   * Whether the key is kept when old keys are deleted; false by default, and true for the key of a process's command. The
   * first commit with the key decides.
   */
  readonly neverExpires?: boolean | undefined
}

/** The key of a commit to look up, and its fingerprint; without one, any commit with the key is found. */
export type KeyLookUp = Pick<Idempotency, "key" | "fingerprint">

/** An idempotency key with its fingerprint. */
export interface FingerprintedKey {
  readonly key: string
  readonly fingerprint: string
}

/**
 * Maximum number of writes in a commit. A commit locks each of its streams, and the table of locks of a PostgreSQL server
 * is shared by all its sessions.
 */
export const maxWrites = 1000

/** Up to 1,000 writes that are stored atomically; each stream at most once. At least one write has events. */
export interface Commit {
  readonly writes: NonEmptyReadonlyArray<StreamWrite>
  readonly idempotency?: Idempotency | undefined
}

/** The place of a stored write with events: its events have the versions `firstVersion` to `version`. */
export interface AppendedStream {
  readonly stream: StreamName.StreamName
  readonly firstVersion: StreamVersion
  readonly version: StreamVersion
  /** The position of the last of its events. */
  readonly position: Position
  /** The time of recording, by the store's clock. */
  readonly recordedAt: DateTime.Utc
}

/** A stored commit: the streams of its writes with events, in their order. */
export interface Appended {
  readonly streams: NonEmptyReadonlyArray<AppendedStream>
  /** The highest position of the commit: wait for it to read your own writes. */
  readonly position: Position
  /** Whether this is the result of an earlier commit with the same idempotency key. */
  readonly deduplicated: boolean
}

/** Makes the result of a commit from the places of its writes. Freezes both, because a store may keep the result. */
export const appended = (streams: NonEmptyReadonlyArray<AppendedStream>, deduplicated = false): Appended => {
  for (const place of streams) Object.freeze(place)
  Object.freeze(streams)
  const position = streams.reduce(
    (highest, { position }) => position > highest ? position : highest,
    streams[0].position
  )
  return Object.freeze({ streams, position, deduplicated })
}

/**
 * Checks a commit and returns it as adapters store it. Fails with `InvalidInput` for the first invalid field; the rules
 * about guards and sizes come last.
 */
export const check = (
  commit: Commit,
  limits: SizeLimits.SizeLimits = SizeLimits.defaults
): Result.Result<Commit, InvalidInput> => {
  if (!Array.isArray(commit.writes) || commit.writes.length === 0) return invalid("writes", "must not be empty")
  if (commit.writes.length > maxWrites) return invalid("writes", `must not have more than ${maxWrites} elements`)
  const seen = new Set<string>()
  const writes: Array<StreamWrite> = []
  for (const [index, write] of commit.writes.entries()) {
    const field = `writes[${index}]`
    if (typeof write !== "object" || write === null) return invalid(field, "must be an object")
    if (seen.has(write.stream)) return invalid(`${field}.stream`, `must not repeat "${write.stream}"`)
    seen.add(write.stream)
    const checked = checkWrite(write, field)
    if (Result.isFailure(checked)) return Result.fail(checked.failure)
    writes.push(checked.success)
  }
  const problem = Result.andThen(checkGuards(writes), SizeLimits.check(writes, limits))
  if (Result.isFailure(problem)) return Result.fail(problem.failure)
  const idempotency = commit.idempotency && checkIdempotency(commit.idempotency)
  if (idempotency !== undefined && Result.isFailure(idempotency)) return Result.fail(idempotency.failure)
  // As many as in the input: at least one.
  return checkProcessKey({ writes: writes as unknown as Commit["writes"], idempotency: idempotency?.success })
}

// The key of a process's command is for events that the command causes, and never expires.
const checkProcessKey = (commit: Commit): Result.Result<Commit, InvalidInput> => {
  const { idempotency, writes } = commit
  const commandId = idempotency && ProcessKey.commandIdOf(idempotency.key)
  if (idempotency === undefined || commandId === undefined) return Result.succeed(commit)
  return writes.every(({ events }) => events.every(({ metadata }) => metadata.causationId === commandId))
    ? Result.succeed({ writes, idempotency: { ...idempotency, neverExpires: true } })
    : invalid("idempotency.key", ProcessKey.rule)
}

// Early returns here and in `check`: with generators these checks took a tenth of the time of an append.
const checkWrite = (write: StreamWrite, field: string): Result.Result<StreamWrite, InvalidInput> => {
  const stream = StreamName.parse(write.stream, `${field}.stream`)
  if (Result.isFailure(stream)) return Result.fail(stream.failure)
  const expected = ExpectedVersion.check(write.expected, `${field}.expected`)
  if (Result.isFailure(expected)) return Result.fail(expected.failure)
  const lastEventId = checkLastEventId(write, `${field}.lastEventId`)
  if (Result.isFailure(lastEventId)) return Result.fail(lastEventId.failure)
  if (!Array.isArray(write.events)) return invalid(`${field}.events`, "must be an array")
  const events: Array<NewEvent.NewEvent> = []
  for (const [index, event] of write.events.entries()) {
    const checked = NewEvent.check(event, `${field}.events[${index}]`)
    if (Result.isFailure(checked)) return Result.fail(checked.failure)
    events.push(checked.success)
  }
  return Result.succeed({
    stream: stream.success,
    expected: expected.success,
    ...(lastEventId.success === undefined ? {} : { lastEventId: lastEventId.success }),
    events
  })
}

const checkLastEventId = (
  { expected, lastEventId }: StreamWrite,
  field: string
): Result.Result<EventId.EventId | undefined, InvalidInput> => {
  if (lastEventId === undefined) return Result.succeed(undefined)
  return expected._tag === "Exact" && expected.version > 0
    ? EventId.parse(lastEventId, field)
    : invalid(field, "must come with an expected version of 1 or more")
}

const checkGuards = (writes: ReadonlyArray<StreamWrite>): Result.Result<void, InvalidInput> => {
  if (writes.every(isGuard)) return invalid("writes", "must have at least one event")
  const unchecked = writes.findIndex((write) => isGuard(write) && write.expected._tag === "Any")
  return unchecked < 0
    ? Result.void
    : invalid(`writes[${unchecked}].expected`, "must not be Any in a write without events")
}

/** Checks an idempotency key and its fingerprint. Fails with `InvalidInput`. */
export const checkIdempotency = <Key extends Idempotency>(idempotency: Key): Result.Result<Key, InvalidInput> => {
  const { fingerprint, key, neverExpires } = idempotency
  if (neverExpires !== undefined && typeof neverExpires !== "boolean") {
    return invalid("idempotency.neverExpires", "must be true or false")
  }
  if (fingerprint !== undefined && typeof fingerprint !== "string") {
    return invalid("idempotency.fingerprint", "must be a text")
  }
  const problem = fingerprint === undefined ? undefined : Json.textProblem(fingerprint)
  if (problem !== undefined) return invalid("idempotency.fingerprint", problem)
  return Result.map(NewEvent.checkName(key, "idempotency.key"), () => idempotency)
}
