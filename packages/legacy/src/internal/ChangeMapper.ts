/** Turns one change of a row into events by the mapping's own functions, whose failures and exceptions become reasons. */
import * as EventId from "@refold/core/event/EventId"
import type { Tagged } from "@refold/core/event/EventType"
import type { JsonObject } from "@refold/core/event/Json"
import * as NewEvent from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as SizeLimits from "@refold/core/journal/SizeLimits"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import type { LegacyMapping } from "../LegacyMapping.ts"
import { attempt } from "./Attempt.ts"
import type { RowText, StoredRow } from "./SourceRow.ts"

/** A change of a row from its last stored version. */
export interface RowChange {
  readonly key: string
  readonly stored: StoredRow | undefined
  /** Null when the row was removed. */
  readonly after: RowText | null
  readonly at: Date
  /** The id of the captured change, if there is one. */
  readonly change?: bigint | undefined
}

/** The events, and the row to store with them; or the reason why there are none. */
export type MappedChange = Result.Result<
  { readonly next: StoredRow; readonly events: ReadonlyArray<NewEvent.NewEvent> },
  string
>

/** Decodes the rows of a mapping. */
export const decoder = <Row>(
  { row }: { readonly row: Schema.ConstraintCodec<Row, unknown> }
): (text: RowText) => Result.Result<Row, string> => {
  const decode = Schema.decodeUnknownResult(row)
  return (text) => attempt("the schema", () => decode(JSON.parse(text)))
}

/** Maps the changes of a table; `relation` is its name in the metadata of events. */
export const make = <Row, State, Event extends Tagged>(
  mapping: LegacyMapping<Row, State, Event>,
  relation: string
): (change: RowChange) => MappedChange => {
  const decode = decoder(mapping)
  const decodeOption = (row: RowText | null): Result.Result<Option.Option<Row>, string> =>
    row === null ? Result.succeed(Option.none()) : Result.map(decode(row), Option.some)
  return (change) =>
    Result.gen(function*() {
      const { after: afterText, key, stored } = change
      const before = yield* Result.mapError(
        decodeOption(stored?.row ?? null),
        (problem) => `the row before the change: ${problem}`
      )
      const after = yield* decodeOption(afterText)
      const { events, occurredAt } = yield* attempt("events", () => mapping.events(before, after))
      const stream = stored?.stream ?? (events.length === 0 ? undefined : yield* streamOf(mapping, key, before, after))
      const newEvents = yield* stamp(mapping, relation, change, events, occurredAt)
      return { next: { stream, version: versionOf(stored) + newEvents.length, row: afterText }, events: newEvents }
    })
}

const versionOf = (stored: StoredRow | undefined): number => stored?.version ?? 0

const stamp = <Row, State, Event extends Tagged>(
  { aggregate: { events: codec }, name }: LegacyMapping<Row, State, Event>,
  table: string,
  { at, change, key, stored }: RowChange,
  events: ReadonlyArray<Event>,
  occurredAt: DateTime.Utc = DateTime.fromDateUnsafe(at)
): Result.Result<ReadonlyArray<NewEvent.NewEvent>, string> =>
  Result.gen(function*() {
    const legacy: JsonObject = { name, table, key, ...(change === undefined ? {} : { change: Number(change) }) }
    const metadata = { seed: stored === undefined && change === undefined, legacy }
    const newEvents: Array<NewEvent.NewEvent> = []
    for (const [index, event] of events.entries()) {
      const encoded = yield* attempt("the codec", () => codec.encode(event))
      const id = idOf([name, key, versionOf(stored) + index + 1])
      const checked = NewEvent.check({ ...encoded, id, metadata, occurredAt }, `events[${index}]`)
      newEvents.push(yield* Result.mapError(checked, ({ message }) => message))
    }
    yield* Result.mapError(SizeLimits.checkEvents(newEvents, "events"), ({ message }) => message)
    return newEvents
  })

const streamOf = <Row, State, Event extends Tagged>(
  { aggregate: { category }, id = (_, key) => key }: LegacyMapping<Row, State, Event>,
  key: string,
  before: Option.Option<Row>,
  after: Option.Option<Row>
): Result.Result<StreamName.StreamName, string> =>
  Option.match(Option.orElse(after, () => before), {
    onNone: () => Result.fail("events returned events for a row that exists neither before nor after"),
    onSome: (row) => attempt("id", () => StreamName.make(category, id(row, key)))
  })

/**
 * The UUID (version 8, RFC 9562) of an event of a legacy row. Derived from the place in the stream, not from the content: the
 * same change mapped again gives the same id, and no two events have one place.
 */
const idOf = (parts: readonly [mapping: string, key: string, version: number]): EventId.EventId => {
  const hex = createHash("sha256").update(JSON.stringify(["legacy", ...parts])).digest("hex")
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32)
  ]
  return Result.getOrThrow(EventId.parse(groups.join("-")))
}
