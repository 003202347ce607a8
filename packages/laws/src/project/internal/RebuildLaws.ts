/** The laws of rebuilds: readers see all old rows until the new rows are complete. */
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { type Changes, ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import type * as Histories from "./Histories.ts"
import * as ProjectionRun from "./ProjectionRun.ts"
import type { ProjectedLog } from "./ProjectorLaws.ts"
import * as SampleProjections from "./SampleProjections.ts"

/** A projection that is rebuilt while events come in. */
export interface Rebuilt extends ProjectedLog {
  /** Events that are appended during the rebuild, one after each step. */
  readonly later: Histories.History
  /** Whether the rebuild is for a raised version. */
  readonly raised: boolean
}

// Replaces the live rows by wrong ones, so that old and new rows differ.
const spoil = Effect.fnUntraced(function*(projection: SampleProjections.SampleProjection) {
  const store = yield* ReadModelStore
  const { checkpoint, id } = yield* store.live(projection.name)
  const state = Result.getOrThrow(projection.encode(projection.initialState))
  const changes: Changes = {
    rows: ["spoiled", "too"].map((key) => ({ key, state, position: checkpoint, version: StreamVersion(1) })),
    removed: (yield* ProjectionRun.rows(projection)).slice(1).map(({ key }) => key),
    keepsNewer: false,
    parked: [],
    unparked: [],
    checkpoint,
    rate: 0
  }
  yield* store.update(id, (batch) => batch.save(changes), { wait: true })
})

/** Compares the rows after every step of the rebuild. */
export const rebuiltIsRefold = Law.make(
  "a rebuild has the rows of a refold, and readers see exactly the old rows until it is complete",
  ({ batchSize, history, later, raised, shape }: Rebuilt) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const before = SampleProjections.make(shape, { fresh })
      const rebuilt = raised ? SampleProjections.make(shape, { fresh, version: 2 }) : before
      yield* ProjectionRun.append(fresh, history)
      yield* ProjectionRun.catchUp(before)
      yield* spoil(before)
      const old = yield* ProjectionRun.rows(before)
      const waiting = [...later]
      const compared: Array<readonly [observed: unknown, expected: unknown]> = []
      yield* Stream.runForEach(Rebuild.rebuild(rebuilt, { ...ProjectionRun.batching, batchSize }), ({ isLive }) =>
        Effect.gen(function*() {
          const expected = isLive ? ProjectionRun.refolded(rebuilt, yield* ProjectionRun.log(fresh)).rows : old
          compared.push([yield* ProjectionRun.rows(rebuilt), expected])
          if (!isLive)
            yield* ProjectionRun.append(fresh, waiting.splice(0, 1))
        }))
      return {
        left: compared.map(([observed]) =>
          observed
        ),
        right: compared.map(([, expected]) => expected)
      }
    })
)
