/** Options of a read: where it starts, how many events it returns, and which events it filters out. */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { invalid, type InvalidInput } from "../event/InvalidInput.ts"
import * as Json from "../event/Json.ts"
import * as NewEvent from "../event/NewEvent.ts"
import type { Position } from "../event/Position.ts"
import * as RecordedEvent from "../event/RecordedEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import type { StreamVersion } from "../event/StreamVersion.ts"
import * as AsOf from "./AsOf.ts"
import { checkCount } from "./internal/CheckCount.ts"

/** The times in `[from, to)`. A missing end is unbounded; a range that ends before it starts is empty, not an error. */
export interface TimeRange {
  readonly from?: DateTime.Utc | undefined
  readonly to?: DateTime.Utc | undefined
}

interface Filter {
  /** Only events recorded in this range, by the store's clock. */
  readonly recordedAt?: TimeRange | undefined
  /** Only events that occurred in this range, by the domain's clock. */
  readonly occurredAt?: TimeRange | undefined
  /** Only these stored type names. `EventCodec.storedTypes` adds the former names of renamed types. */
  readonly types?: ReadonlyArray<string> | undefined
  /** Only events with this correlation id in their metadata. */
  readonly correlationId?: string | undefined
  /** Only events with this causation id in their metadata: what an event or a command directly caused. */
  readonly causationId?: string | undefined
  /** Maximum number of events; unlimited by default. */
  readonly limit?: number | undefined
}

/** Options for reading one stream, in the order of versions. */
export interface ReadStreamOptions extends Filter {
  /** Only events after this version, exclusive. */
  readonly after?: StreamVersion | undefined
  /** Only events up to this point, inclusive. */
  readonly asOf?: AsOf.AsOf | undefined
}

/** Options for reading the global log, in the order of positions. */
export interface ReadAllOptions extends Filter {
  /** Only events after this position, exclusive. */
  readonly after?: Position | undefined
  /** Only events up to this point, inclusive. */
  readonly asOf?: AsOf.AsOfLog | undefined
  /** Only events of streams in these categories. */
  readonly categories?: ReadonlyArray<string> | undefined
}

/** Options for reading one stream backwards: the last of these events first. */
export interface ReadStreamBackwardsOptions extends ReadStreamOptions {
  /** Only events before this version, exclusive: that of the last event of the page before. */
  readonly before?: StreamVersion | undefined
}

/** Options for reading the global log backwards: the last of these events first. */
export interface ReadAllBackwardsOptions extends ReadAllOptions {
  /** Only events before this position, exclusive: that of the last event of the page before. */
  readonly before?: Position | undefined
}

/** Which columns of the events to read. */
export interface Columns<Column extends RecordedEvent.Column> {
  /**
   * The columns that the reader uses, at least one; all by default. A read of few columns is faster: an adapter may leave the
   * others undefined.
   */
  readonly columns?: ReadonlyArray<Column> | undefined
}

type Checked =
  & (ReadStreamBackwardsOptions | ReadAllBackwardsOptions)
  & Columns<RecordedEvent.Column>

/** Checks the options. Fails with `InvalidInput` for the first one that breaks a rule. */
export const check = <Options extends Checked>(options: Options): Result.Result<Options, InvalidInput> =>
  Result.gen(function*() {
    const { after, asOf, before, columns, limit, occurredAt, recordedAt, types = [] } = options
    yield* checkCount("after", after)
    yield* checkCount("before", before)
    yield* checkCount("limit", limit)
    if (asOf !== undefined) yield* checkAsOf(asOf)
    yield* checkRange("recordedAt", recordedAt)
    yield* checkRange("occurredAt", occurredAt)
    yield* checkText("correlationId", options.correlationId)
    yield* checkText("causationId", options.causationId)
    for (const [index, type] of types.entries()) yield* NewEvent.checkName(type, `types[${index}]`)
    for (const [index, category] of (categoriesOf(options) ?? []).entries()) {
      const problem = StreamName.categoryProblem(category)
      if (problem !== undefined) {
        return yield* invalid(`categories[${index}]`, problem)
      }
    }
    if (columns !== undefined) yield* checkColumns(columns)
    return options
  })

const checkColumns = (columns: ReadonlyArray<RecordedEvent.Column>): Result.Result<unknown, InvalidInput> => {
  if (columns.length === 0) return invalid("columns", "must have at least one column, or be left out")
  const index = columns.findIndex((column) => !RecordedEvent.columns.includes(column))
  return index < 0
    ? Result.void
    : invalid(`columns[${index}]`, `must be one of ${RecordedEvent.columns.join(", ")}`)
}

// Metadata holds any text that JSON can.
const checkText = (field: string, text: string | undefined): Result.Result<void, InvalidInput> => {
  if (text === undefined) return Result.void
  const problem = typeof text === "string" ? Json.textProblem(text) : "must be a text"
  return problem === undefined ? Result.void : invalid(field, problem)
}

const checkAsOf = (asOf: AsOf.AsOf): Result.Result<unknown, InvalidInput> => {
  switch (asOf._tag) {
    case "Version":
      return checkCount("asOf.version", asOf.version)
    case "Position":
      return checkCount("asOf.position", asOf.position)
    case "RecordedAt":
    case "OccurredAt":
      return NewEvent.checkTime(asOf.instant, "asOf.instant")
    default:
      return invalid("asOf", "must be a Version, Position, RecordedAt or OccurredAt")
  }
}

const checkRange = (field: string, { from, to }: TimeRange = {}): Result.Result<unknown, InvalidInput> =>
  Result.all([
    from === undefined ? Result.void : NewEvent.checkTime(from, `${field}.from`),
    to === undefined ? Result.void : NewEvent.checkTime(to, `${field}.to`)
  ])

/** Whether an event passes the filters; the reader applies `after` and `limit`. */
export const includes = (options: ReadStreamOptions | ReadAllOptions, event: RecordedEvent.RecordedEvent): boolean =>
  (options.asOf === undefined || AsOf.includes(options.asOf, event)) &&
  inRange(options.recordedAt, event.recordedAt) &&
  inRange(options.occurredAt, event.occurredAt) &&
  (options.types === undefined || options.types.includes(event.type)) &&
  (options.correlationId === undefined || options.correlationId === event.metadata.correlationId) &&
  (options.causationId === undefined || options.causationId === event.metadata.causationId) &&
  inCategory(options, event)

const categoriesOf = (options: ReadStreamOptions | ReadAllOptions): ReadonlyArray<string> | undefined =>
  "categories" in options ? options.categories : undefined

const inCategory = (options: ReadStreamOptions | ReadAllOptions, event: RecordedEvent.RecordedEvent): boolean =>
  categoriesOf(options)?.includes(StreamName.category(event.stream)) ?? true

const inRange = (range: TimeRange | undefined, time: DateTime.Utc): boolean =>
  (range?.from === undefined || DateTime.isGreaterThanOrEqualTo(time, range.from)) &&
  (range?.to === undefined || DateTime.isLessThan(time, range.to))
