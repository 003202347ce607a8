/** Runs in partitions: parts of a log, the number of partitions, and work that ends before all of them are at the head. */
import type { Tagged } from "@refold/core/event/EventType"
import { advance as advanceOne } from "@refold/store/internal/project/Advance"
import { type CatchUpOptions, defaults } from "@refold/store/internal/project/CatchUp"
import { EventReader } from "@refold/store/log/EventReader"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Histories from "./Histories.ts"

/** Appended events, and the options of handling them. */
export interface Part extends Histories.Part {
  readonly partitions: number
  /** The number of single events that are handled before the number of partitions changes, and after it. */
  readonly steps: number
  /** The number of partitions that are worked on at a time. */
  readonly workers: number
}

/** Up to four parts of up to six events. */
export const parts: fc.Arbitrary<ReadonlyArray<Part>> = fc.array(
  fc.record({
    entries: Histories.of(Histories.readableEntry, 6),
    batchSize: fc.integer({ min: 1, max: 4 }),
    partitions: fc.integer({ min: 1, max: 4 }),
    steps: fc.nat(4),
    workers: fc.integer({ min: 1, max: 3 })
  }),
  { maxLength: 4 }
)

/** Handles at most this number of events, each of the partition that is furthest behind. */
export const advance = Effect.fnUntraced(
  function*<Event extends Tagged, State, R>(
    runnable: Projector.Runnable<Event, State, R>,
    steps: number,
    options: Partial<CatchUpOptions>
  ) {
    const target = Projector.targetOf(runnable)
    const head = yield* (yield* EventReader).logHead
    const live = yield* (yield* ReadModelStore).live(target.name)
    const goal = { head, wait: true }
    for (let step = 0; step < steps; step++) {
      yield* advanceOne(target, live.id, goal, { ...defaults, ...options, batchSize: 1 })
    }
  }
)
