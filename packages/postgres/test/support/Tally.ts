/*
 * A projection whose rows reveal an event that is lost, folded twice or out of order.
 */
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Projection from "@refold/core/project/Projection"
import * as Schema from "effect/Schema"

const Ticked = EventType.make("Ticked", Schema.Struct({ n: Schema.Int }))

const events = EventCodec.makeUnsafe([Ticked])

/** The options of a tally. */
export interface Options {
  readonly name?: string
  readonly version?: number
  /** Whether it has only rows of streams, so that it can have several partitions. */
  readonly byStream?: boolean
  /** The CPU time of folding an event, in milliseconds, so that batches are long enough to be interrupted. */
  readonly busy?: number
}

/** A tally: the number of events of a row, and a number that depends on all of them and on their order. */
export const tally = ({ busy = 0, byStream = false, name = "tally", version = 1 }: Options = {}) =>
  Projection.makeUnsafe({
    name,
    version,
    events,
    // A row for the stream, and one for all streams of a group, whose events are folded in the order of the log.
    keys: byStream ? Projection.byStream : (_, { stream }) => [stream, `group ${stream.slice(-1)}`],
    state: Schema.Struct({ count: Schema.Int, digest: Schema.Int, by: Schema.Int }),
    initialState: { count: 0, digest: 0, by: version },
    evolve: ({ count, digest, by }, { n }) => {
      for (const until = performance.now() + busy / 2; performance.now() < until;);
      return { count: count + 1, digest: (digest * 31 + n) % 1_000_000_007, by }
    }
  })

/** Any tally. */
export type Tally = ReturnType<typeof tally>
