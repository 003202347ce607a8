/** One step of a row's life as events: the mapping's own functions, whatever they do, made total. */
import * as EventId from "@refold/core/event/EventId"
import type { JsonObject } from "@refold/core/event/Json"
import * as NewEvent from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import type { LegacyMapping } from "../../LegacyMapping.ts"
import type { Known, RowText } from "./Sighting.ts"

/** A row became another; null is none. */
export interface Step {
  readonly key: string
  readonly known: Known | undefined
  readonly after: RowText | null
  readonly at: Date
  /** The captured change that says so. */
  readonly change?: bigint | undefined
}

/** What is remembered afterwards, once the events are stored; or why there are none. */
export type Stepped = Result.Result<
  { readonly known: Known; readonly events: ReadonlyArray<NewEvent.NewEvent> },
  string
>

/** Reads the rows of a mapping. */
export const decoder = <Row>(
  { row }: { readonly row: Schema.ConstraintCodec<Row, unknown> }
): (text: RowText) => Result.Result<Row, string> => {
  const decode = Schema.decodeUnknownResult(row)
  return (text) => attempt("the schema", () => decode(JSON.parse(text)))
}

/** What takes the steps of a mapping; `relation` is where the events say that they come from. */
export const make = <Row, State, Event extends { readonly _tag: string }>(
  mapping: LegacyMapping<Row, State, Event>,
  relation: string
): (step: Step) => Stepped => {
  const decode = decoder(mapping)
  const decodeOption = (row: RowText | null): Result.Result<Option.Option<Row>, string> =>
    row === null ? Result.succeed(Option.none()) : Result.map(decode(row), Option.some)
  return ({ after: afterText, at, change, key, known }: Step): Stepped =>
    Result.gen(function*() {
      const before = yield* Result.mapError(
        decodeOption(known?.row ?? null),
        (problem) => `as it was before: ${problem}`
      )
      const after = yield* decodeOption(afterText)
      const { events, occurredAt } = yield* attempt("events", () => mapping.events(before, after))
      const version = known?.version ?? 0
      const stream = known?.stream ?? (events.length === 0 ? undefined : yield* streamOf(mapping, key, before, after))
      const metadata = {
        seed: known === undefined && change === undefined,
        legacy: origin(mapping, relation, key, change)
      }
      const stamped: Array<NewEvent.NewEvent> = []
      for (const [index, event] of events.entries()) {
        const encoded = yield* attempt("the codec", () => mapping.aggregate.codec.encode(event))
        const id = idOf([mapping.name, key, version + index + 1])
        const time = occurredAt ?? DateTime.fromDateUnsafe(at)
        const checked = NewEvent.check({ ...encoded, id, metadata, occurredAt: time }, `events[${index}]`)
        stamped.push(yield* Result.mapError(checked, ({ message }) => message))
      }
      return { known: { stream, version: version + stamped.length, row: afterText }, events: stamped }
    })
}

const streamOf = <Row, State, Event extends { readonly _tag: string }>(
  { aggregate: { category }, id = (_, key) => key }: LegacyMapping<Row, State, Event>,
  key: string,
  before: Option.Option<Row>,
  after: Option.Option<Row>
): Result.Result<StreamName.StreamName, string> =>
  Option.match(Option.orElse(after, () => before), {
    onNone: () => Result.fail("there are events of a row that has never been there"),
    onSome: (row) => attempt("id", () => StreamName.make(category, id(row, key)))
  })

const origin = (
  { name }: { readonly name: string },
  table: string,
  key: string,
  change: bigint | undefined
): JsonObject => ({ name, table, key, ...(change === undefined ? {} : { change: Number(change) }) })

/** Runs a function of the user's, which may throw, and puts its failure in words. */
export const attempt = <A, E extends string | { readonly message: string }>(
  what: string,
  run: () => Result.Result<A, E>
): Result.Result<A, string> => {
  try {
    return Result.mapError(run(), (error) => inOneLine(typeof error === "string" ? error : error.message))
  } catch (error) {
    return Result.fail(inOneLine(`${what} threw ${String(error)}`))
  }
}

// For people to read, in a list; and nothing that a database could not hold.
const inOneLine = (reason: string): string =>
  reason.replaceAll(/[\s\0]+/g, " ").trim().slice(0, maxReason).toWellFormed()

const maxReason = 500

/**
 * A UUID (version 8, as RFC 9562 has it) of an event that comes of a legacy row. The place in the stream rather than the
 * content: where the same step is taken again it is the same event, and no two events have one place.
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
