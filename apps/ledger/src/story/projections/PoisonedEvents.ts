/**
 * A projection whose code fails on overdrawn accounts: their streams are parked at the failing event and all others
 * continue. After the fix each parked stream is retried, or its event is discarded.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Struct from "effect/Struct"
import * as Parked from "refold/Parked"
import * as Projection from "refold/Projection"
import * as ProjectionStatus from "refold/ProjectionStatus"
import * as Projector from "refold/Projector"
import * as ReadModel from "refold/ReadModel"
import * as Rebuild from "refold/Rebuild"
import type { StreamName } from "refold/StreamName"
import * as Account from "../../Account.ts"
import { Balance, crowns } from "../../Amount.ts"
import { keyOf } from "../../query/Balance.ts"
import * as ReadSide from "../../ReadSide.ts"
import * as Chapter from "../Chapter.ts"
import { refusedOverdraft } from "../events/AccountEvents.ts"
import { count, table } from "../Narration.ts"
import * as BalanceSums from "../support/BalanceSums.ts"
import * as TemporaryProjection from "../support/TemporaryProjection.ts"
import { projections } from "./Projections.ts"

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
      if (after < 0 && !repaired) throw new RangeError(`${after} is below 0`)
      return { balance: after }
    }
  })

type Savings = ReturnType<typeof savings>

const findFailing = Effect.fnUntraced(function*(failing: Savings) {
  const head = yield* Projector.catchUp(failing, { attempts: 2, backoff: "5 millis" })
  yield* ReadSide.awaitAll(head)
  const parked = yield* Parked.list(failing)
  const versions = new Map<string, number>(parked.map(({ stream, version }) => [stream, version]))
  const rows = yield* Stream.runCollect(ReadModel.stream(failing))
  const others = rows.filter(({ key }) => !versions.has(key))
  const { live: status } = yield* ProjectionStatus.of(failing)
  const unequalOthers = yield* BalanceSums.unequalBalances(others)
  const isBeforeEvent = rows.every(({ key, version }) => version < (versions.get(key) ?? Infinity))
  const listed = Option.match(status, { onNone: () => 0, onSome: (live) => live.parked.length })
  return { parked, others: others.length, listed, unequalOthers, isBeforeEvent }
})

const findRepaired = Effect.fnUntraced(function*(
  repaired: Savings,
  ada: StreamName,
  parked: ReadonlyArray<{ readonly stream: StreamName }>
) {
  yield* Parked.discard(repaired, ada, "the bank waives this withdrawal")
  yield* Effect.forEach(parked, ({ stream }) => stream === ada ? Effect.void : Parked.retry(repaired, stream))
  const stillParked = yield* Parked.list(repaired)
  const unequal = yield* BalanceSums.unequalBalances(yield* Stream.runCollect(ReadModel.stream(repaired)))
  yield* Stream.runDrain(Rebuild.rebuild(repaired))
  const rebuilt = yield* ReadModel.get(repaired, ada)
  return { stillParked, unequal, rebuilt, discarded: yield* Parked.listDiscarded(repaired) }
})

const parkAndRepair = Effect.fnUntraced(function*({ run }: Chapter.Input) {
  const name = `savings-${run}`
  yield* TemporaryProjection.dropAfterwards(name)
  const ada = yield* keyOf(`ada-${run}`)
  const failing = yield* findFailing(savings(name, { repaired: false }))
  const again = yield* Parked.retry(savings(name, { repaired: false }), ada)
  const isParked = failing.parked.some(({ stream }) => stream === ada)
  const after = yield* findRepaired(savings(name, { repaired: true }), ada, failing.parked)
  return { ...failing, ada, isParked, again, ...after }
})

/** Events on which a projection fails. */
export const poisonedEvents: Chapter.StoreChapter = Chapter.make("poisoned-events", "Poisoned events", {
  needs: [refusedOverdraft, projections],
  find: function*(input: Chapter.Input) {
    // Each parked stream is a warning of the log, and the chapter reports them.
    return yield* Effect.provideService(Effect.scoped(parkAndRepair(input)), References.MinimumLogLevel, "Error")
  },
  figure: ({ discarded, others, parked }) =>
    `${parked.length} streams parked, ${others} continued; after the fix ${discarded.length} event is discarded`,
  checks: (
    { ada, again, isBeforeEvent, isParked, listed, others, parked, rebuilt, stillParked, unequal, unequalOthers }
  ) => ({
    "an event on which code fails parks its stream, and the status lists it": isParked && listed === parked.length,
    "a parked stream's row stays as it was before the event": isBeforeEvent,
    "all other streams continue": others > 0 && unequalOthers.length === 0,
    "retried by the same code, a stream stays parked": Option.exists(again, ({ attempts }) => attempts === 3),
    "after the fix all rows are right, except for the discarded event": stillParked.length === 0 &&
      unequal.length === 1 && unequal.every(({ difference, key }) => key === ada && difference === crowns(1_000)),
    "a rebuild leaves out the discarded event": Option.exists(rebuilt, ({ state }) => state.balance === crowns(750))
  }),
  lines: ({ again, discarded, others, parked }) => [
    "A new projection fails on balances below 0. Streams of overdrawn accounts are parked; the others continue:",
    `${count(others)} accounts have their rows, ${count(parked.length)} are parked. The first of them:`,
    table(parked.slice(0, 4), ["stream", "version", "type", "stage", "reason"]),
    "A retry of Ada's stream by the same code fails again",
    `(attempt ${Option.match(again, { onNone: () => 0, onSome: ({ attempts }) => attempts })}).`,
    "Then the code is fixed, and all streams are retried. One event is discarded:",
    table(discarded, ["stream", "version", "reason"])
  ],
  facts: ({ discarded, others, parked }) => ({
    readSide: {
      poisoned: {
        parked: parked.map(Struct.pick(["stream", "version", "position", "stage"])),
        others,
        discarded: discarded.map(Struct.pick(["stream", "version", "reason"]))
      }
    }
  })
})
