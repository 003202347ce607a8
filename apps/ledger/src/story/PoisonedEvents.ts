/**
 * Chapter: somebody writes a projection who has never seen a debt, and the log holds some. Those accounts wait from the
 * event on that the code fails on, all others go on; after the repair, each is tried again, or an event is left out.
 */
import type { StreamName } from "@refold/core/event/StreamName"
import * as Projection from "@refold/core/project/Projection"
import * as Parked from "@refold/store/project/Parked"
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import type { DiscardedEvent, ParkedStream } from "@refold/store/project/ReadModelStore"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Account from "../Account.ts"
import { Balance, crowns } from "../Amount.ts"
import { keyOf } from "../query/Balance.ts"
import * as ReadSide from "../ReadSide.ts"
import { type Check, check } from "./Check.ts"
import * as Figures from "./Figures.ts"
import * as Scratch from "./Scratch.ts"

/** What was parked, and what became of it. */
export interface PoisonedEvents {
  readonly _tag: "PoisonedEvents"
  readonly parked: ReadonlyArray<ParkedStream>
  /** Rows of accounts that did not wait. */
  readonly others: number
  readonly degraded: Option.Option<ProjectionStatus.GenerationStatus>
  /** One of them, tried again before the repair. */
  readonly again: Option.Option<ParkedStream>
  readonly discarded: ReadonlyArray<DiscardedEvent>
  readonly checks: ReadonlyArray<Check>
}

/** Sums of movements; `repaired` is what the code should have been from the start. */
const savings = (name: string, { repaired }: { readonly repaired: boolean }) =>
  Projection.makeUnsafe({
    name,
    version: 1,
    events: Account.movements,
    categories: [Account.aggregate.category],
    keys: Projection.byStream,
    state: Schema.Struct({ balance: Balance }),
    initialState: { balance: 0 },
    evolve: ({ balance }, event: Account.Movement) => {
      const after = balance + Account.changeOf(event)
      if (after < 0 && !repaired) throw new RangeError(`${after} is no amount`)
      return { balance: after }
    }
  })

/** Runs the hasty code, repairs it, and leaves one event of the account `ada` out. */
export const tell = Effect.fnUntraced(function*({ ada, run }: { readonly ada: string; readonly run: string }) {
  const name = `savings-${run}`
  yield* Scratch.dropAfterwards(name)
  const hasty = savings(name, { repaired: false })
  const repaired = savings(name, { repaired: true })
  const head = yield* Projector.catchUp(hasty, { attempts: 2, backoff: "5 millis" })
  yield* ReadSide.awaitAll(head)
  const parked = yield* Parked.list(hasty)
  const { live: degraded } = yield* ProjectionStatus.of(hasty)
  const waiting = new Map(parked.map((one) => [one.stream, one]))
  const rows = yield* Stream.runCollect(ReadModel.stream(hasty))
  const others = rows.filter(({ key }) => !waiting.has(key as StreamName))
  const unlikeOthers = yield* Figures.unlikeBalances(others)
  const adas = yield* keyOf(ada)
  const again = yield* Parked.retry(hasty, adas)
  yield* Parked.discard(repaired, adas, "the bank has forgiven Ada this one")
  yield* Effect.forEach(parked, ({ stream }) => stream === adas ? Effect.void : Parked.retry(repaired, stream))
  const left = yield* Parked.list(repaired)
  const unlikeAll = yield* Figures.unlikeBalances(yield* Stream.runCollect(ReadModel.stream(repaired)))
  yield* Stream.runDrain(Rebuild.rebuild(repaired))
  const rebuilt = yield* ReadModel.get(repaired, adas)
  const isForgiven = ({ key, difference }: Figures.Unlike) => key === adas && difference === crowns(1_000)
  const chapter: PoisonedEvents = {
    _tag: "PoisonedEvents",
    parked,
    others: others.length,
    degraded,
    again,
    discarded: yield* Parked.listDiscarded(repaired),
    checks: [
      check(
        "an event that code fails on parks its stream, and the projection says so",
        waiting.has(adas) && Option.exists(degraded, (status) => status.parked.length === parked.length)
      ),
      check(
        "a parked stream's row stays as it was before the event",
        rows.every(({ key, version }) => version < (waiting.get(key as StreamName)?.version ?? Infinity))
      ),
      check("all other streams go on", others.length > 0 && unlikeOthers.length === 0),
      check("tried again by the same code, it stays parked", Option.exists(again, ({ attempts }) => attempts === 3)),
      check(
        "after the repair all rows are right, but for the event that was left out",
        left.length === 0 && unlikeAll.length === 1 && unlikeAll.every(isForgiven)
      ),
      check(
        "a rebuild leaves the same event out",
        Option.exists(rebuilt, ({ state }) => state.balance === crowns(750))
      )
    ]
  }
  return chapter
}, Effect.scoped)
