/** The states of many streams at once: their events page by page, folded here by the aggregate's own code. */
import type { StreamName } from "@refold/core/event/StreamName"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import { WireTransform } from "@refold/store/log/WireTransform"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping } from "../../LegacyMapping.ts"
import * as EventRows from "../EventRows.ts"
import type { Query } from "./Source.ts"
import { attempt } from "./Step.ts"

/** A stream's state, or why it cannot be folded; and how many events it has. */
export interface Folded<State> {
  readonly state: Result.Result<State, string>
  readonly events: number
}

type Aggregate<State, Event extends { readonly _tag: string }> = LegacyMapping<never, State, Event>["aggregate"]

type NumberedRow = EventRows.EventRow & { readonly number: bigint }

// However long the streams are, no more than this is held at a time.
const pageSize = 5000

/** The states of streams, each given once, in their order. */
export const fold = Effect.fnUntraced(function*<State, Event extends { readonly _tag: string }>(
  query: Query,
  aggregate: Aggregate<State, Event>,
  streams: ReadonlyArray<StreamName>
): Effect.fn.Return<ReadonlyArray<Folded<State>>, EventStoreError | SqlError.SqlError> {
  const { fromWire } = yield* WireTransform
  const folded = streams.map((): Folded<State> => ({
    state: Result.succeed(aggregate.decider.initialState),
    events: 0
  }))
  let last: NumberedRow | undefined
  for (;;) {
    const rows: ReadonlyArray<NumberedRow> = yield* query<NumberedRow>("read_streams", {
      streams,
      after_stream: last?.number,
      after_version: last?.version,
      limit: pageSize
    })
    const events = yield* fromWire(rows.map(EventRows.decode))
    for (const [index, event] of events.entries()) {
      const at = Number(rows[index]!.number) - 1
      folded[at] = evolve(aggregate, folded[at]!, event)
    }
    last = rows.at(-1)
    if (rows.length < pageSize) return folded
  }
})

const evolve = <State, Event extends { readonly _tag: string }>(
  { codec, decider }: Aggregate<State, Event>,
  { events, state }: Folded<State>,
  stored: Parameters<typeof codec.decode>[0]
): Folded<State> => ({
  events: events + 1,
  state: Result.flatMap(
    state,
    (state) => attempt("evolve", () => Result.map(codec.decode(stored), (event) => decider.evolve(state, event)))
  )
})
