/** A list of the streams of a store, with the last event of each. */
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { invalid, type InvalidInput } from "../event/InvalidInput.ts"
import type { Position } from "../event/Position.ts"
import * as StreamName from "../event/StreamName.ts"
import type { StreamVersion } from "../event/StreamVersion.ts"
import { checkCount } from "./internal/CheckCount.ts"

/** A stream, and its last event. */
export interface ListedStream {
  readonly stream: StreamName.StreamName
  /** The version of its last event: the number of its events. */
  readonly version: StreamVersion
  /** The position of its last event. */
  readonly position: Position
  /** When its last event was recorded, by the store's clock. */
  readonly recordedAt: DateTime.Utc
}

/** Which streams to list. */
export interface ListOptions {
  /** Only streams in this category; of all categories by default. */
  readonly category?: string | undefined
  /** Only streams whose names come after this one: the last name of the page before. The stream need not exist. */
  readonly after?: StreamName.StreamName | undefined
  /** Maximum number of streams; unlimited by default. */
  readonly limit?: number | undefined
}

/** Checks the options. Fails with `InvalidInput` for the first one that breaks a rule. */
export const check = (options: ListOptions): Result.Result<ListOptions, InvalidInput> =>
  Result.gen(function*() {
    const { after, category, limit } = options
    const problem = category === undefined ? undefined : StreamName.categoryProblem(category)
    if (problem !== undefined) return yield* invalid("category", problem)
    if (after !== undefined) yield* StreamName.parse(after, "after")
    yield* checkCount("limit", limit)
    return options
  })
