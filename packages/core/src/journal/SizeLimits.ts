/**
 * The sizes that a store accepts. Sizes are counted as the store returns them: the UTF-8 bytes of PostgreSQL's text of a
 * jsonb, on every adapter. So an event that is accepted can be read by a client with a message limit of 16 MiB.
 */
import * as Result from "effect/Result"
import { storedLength } from "../event/internal/StoredLength.ts"
import { invalid, type InvalidInput } from "../event/InvalidInput.ts"
import type { NewEvent } from "../event/NewEvent.ts"

/** Maximum sizes, in bytes. */
export interface SizeLimits {
  /** The data of an event. */
  readonly eventData: number
  /** The metadata of an event. */
  readonly eventMetadata: number
  /** The data and metadata of all events of a commit together. */
  readonly commit: number
}

/** Lower limits than the defaults, for a store. */
export type Options = { readonly [Limit in keyof SizeLimits]?: SizeLimits[Limit] | undefined }

const mebibyte = 1024 * 1024

/**
 * The default limits, which are also the highest: 8 MiB of data and 1 MiB of metadata for an event, 32 MiB for a commit. A
 * commit takes up to four times its size in PostgreSQL's binary format, which is limited to 256 MiB.
 */
export const defaults: SizeLimits = Object.freeze({
  eventData: 8 * mebibyte,
  eventMetadata: mebibyte,
  commit: 32 * mebibyte
})

/** The limits of a store. Fails with `InvalidInput` if one is not a whole number from 1 to its default. */
export const make = (options: Options = {}): Result.Result<SizeLimits, InvalidInput> => {
  const limits = { ...defaults }
  for (const name of ["eventData", "eventMetadata", "commit"] as const) {
    const limit = options[name] ?? defaults[name]
    if (!Number.isInteger(limit) || limit < 1 || limit > defaults[name]) {
      return invalid(`limits.${name}`, `must be a whole number from 1 to ${defaults[name]}`)
    }
    limits[name] = limit
  }
  return Result.succeed(limits)
}

/**
 * Checks the size of each event of a commit, then of all together. Fails with `InvalidInput`, which names the data, the
 * metadata or the writes.
 */
export const check = (
  writes: ReadonlyArray<{ readonly events: ReadonlyArray<NewEvent> }>,
  limits: SizeLimits = defaults
): Result.Result<void, InvalidInput> => {
  let total = 0
  for (const [index, { events }] of writes.entries()) {
    const size = checkEvents(events, `writes[${index}].events`, limits)
    if (Result.isFailure(size)) return Result.fail(size.failure)
    total += size.success
  }
  return total > limits.commit
    ? invalid("writes", `must not have more than ${limits.commit} bytes of data and metadata as JSON text`)
    : Result.void
}

/** Checks the size of each event, and returns that of all together, in bytes. Fails with `InvalidInput`. */
export const checkEvents = (
  events: ReadonlyArray<NewEvent>,
  field: string,
  limits: SizeLimits = defaults
): Result.Result<number, InvalidInput> => {
  let total = 0
  for (const [index, { data, metadata }] of events.entries()) {
    const dataSize = storedLength(data)
    if (dataSize > limits.eventData) return invalid(`${field}[${index}].data`, rule(limits.eventData))
    const metadataSize = storedLength(metadata)
    if (metadataSize > limits.eventMetadata) return invalid(`${field}[${index}].metadata`, rule(limits.eventMetadata))
    total += dataSize + metadataSize
  }
  return Result.succeed(total)
}

const rule = (limit: number): string => `must not be longer than ${limit} bytes as JSON text`
