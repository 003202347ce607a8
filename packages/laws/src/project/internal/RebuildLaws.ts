/** What every store of rows promises of rebuilds: new rows from the first event on, and until then the old ones, whole. */
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { type Changes, ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Law from "../../kit/Law.ts"
import type * as Histories from "./Histories.ts"
import * as Projections from "./Projections.ts"
import type { Logged } from "./ProjectorLaws.ts"
import * as Rows from "./Rows.ts"

/** A projection that is rebuilt while events come in. */
export interface Rebuilt extends Logged {
  /** Appended one by one, after each step of the rebuild. */
  readonly later: Histories.History
  /** Whether it is rebuilt because its version was raised. */
  readonly raised: boolean
}

// Spoils what readers see, so that old rows and new ones cannot be mistaken for one another.
const spoil = Effect.fnUntraced(function*(projection: Projections.Made) {
  const store = yield* ReadModelStore
  const { checkpoint, id } = yield* store.live(projection.name)
  const state = Result.getOrThrow(projection.encode(projection.initialState))
  const changes: Changes = {
    rows: ["spoiled", "too"].map((key) => ({ key, state, position: checkpoint, version: StreamVersion(1) })),
    removed: (yield* Rows.rows(projection)).slice(1).map(({ key }) => key),
    keepsNewer: false,
    parked: [],
    unparked: [],
    checkpoint,
    rate: 0
  }
  yield* store.update(id, (batch) => batch.save(changes), { wait: true })
})

/** Looks at the rows after every step of the rebuild, before and after they are replaced. */
export const rebuiltIsRefold = Law.make(
  "a rebuild has the rows of a refold, and until it is done readers see all of the old ones and no others",
  ({ batchSize, history, later, raised, shape }: Rebuilt) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const before = Projections.make(shape, { fresh })
      const rebuilt = raised ? Projections.make(shape, { fresh, version: 2 }) : before
      yield* Rows.append(fresh, history)
      yield* Rows.catchUp(before)
      yield* spoil(before)
      const old = yield* Rows.rows(before)
      const waiting = [...later]
      const compared: Array<readonly [seen: unknown, mustSee: unknown]> = []
      yield* Stream.runForEach(Rebuild.rebuild(rebuilt, { ...Rows.pace, batchSize }), ({ isLive }) =>
        Effect.gen(function*() {
          const mustSee = isLive ? Rows.refolded(rebuilt, yield* Rows.log(fresh)).rows : old
          compared.push([yield* Rows.rows(rebuilt), mustSee])
          if (!isLive)
            yield* Rows.append(fresh, waiting.splice(0, 1))
        }))
      return {
        left: compared.map(([seen]) =>
          seen
        ),
        right: compared.map(([, mustSee]) => mustSee)
      }
    })
)
