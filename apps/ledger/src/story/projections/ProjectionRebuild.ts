/**
 * The totals of an earlier release lacked interest and fees. The fixed projection has a higher version: its rows are
 * filled beside the old ones, which readers still see, and then replace them in one step.
 */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import { EventReader } from "refold/EventReader"
import * as Projector from "refold/Projector"
import * as ReadModel from "refold/ReadModel"
import * as Rebuild from "refold/Rebuild"
import type * as Account from "../../Account.ts"
import * as Currency from "../../Currency.ts"
import * as DailyTotals from "../../projection/DailyTotals.ts"
import * as Chapter from "../Chapter.ts"
import { count, table } from "../Narration.ts"
import * as BalanceSums from "../support/BalanceSums.ts"
import { RebuildProgress } from "../support/RebuildProgress.ts"
import * as TemporaryProjection from "../support/TemporaryProjection.ts"
import { projections } from "./Projections.ts"

type Totals = typeof DailyTotals.projection

const isMoney = ({ _tag }: Account.Movement): boolean => _tag === "MoneyDeposited" || _tag === "MoneyWithdrawn"

// Interrupts a rebuild after three batches, runs it again to its end, and reads the live rows after each batch.
const rebuildTwice = Effect.fnUntraced(function*(old: Totals, repaired: Totals) {
  const during: Array<BalanceSums.Sums> = []
  const show = yield* RebuildProgress
  const head = yield* (yield* EventReader).head
  // Small enough for several batches after the interruption, also of a short log.
  const steps = Rebuild.rebuild(repaired, { batchSize: Math.min(1_000, Math.ceil(head / 10)) }).pipe(
    Stream.tap(show),
    Stream.tap(({ isLive }) => isLive ? Effect.void : Effect.map(months(old), (sums) => void during.push(sums)))
  )
  const interrupted = yield* Stream.runCollect(Stream.take(steps, 3))
  const resumed = yield* Stream.runCollect(steps)
  return {
    during,
    interruptedAt: interrupted.at(-1)?.done ?? 0,
    resumedAt: resumed[0]?.done ?? 0,
    total: resumed.at(-1)?.total ?? 0,
    rate: Math.max(...[...interrupted, ...resumed].map(({ rate }) => rate))
  }
})

// All months in crowns, in one read: a swap in the middle of it would show.
const months = (totals: Totals) =>
  Effect.map(
    ReadModel.query(totals, { index: "byPeriod", where: { unit: "Month", currency: Currency.first }, limit: 1_000 }),
    ({ rows }) => BalanceSums.sum(rows.map(({ state }) => state))
  )

const rebuildWhileReading = Effect.fnUntraced(function*({ run }: Chapter.Input) {
  const name = `${DailyTotals.projection.name}-${run}`
  yield* TemporaryProjection.dropAfterwards(name)
  const { keys } = DailyTotals.projection
  const onlyMoney: Totals["keys"] = (event, at) => isMoney(event) ? keys(event, at) : []
  const old: Totals = { ...DailyTotals.projection, name, version: 1, keys: onlyMoney }
  const repaired: Totals = { ...DailyTotals.projection, name, version: 2 }
  yield* Projector.catchUp(old)
  const before = yield* months(old)
  const rebuilt = yield* rebuildTwice(old, repaired)
  const outdated = yield* Chapter.errorOf(Projector.catchUp(old), "ProjectionOutdated")
  return {
    before,
    ...rebuilt,
    outdated,
    after: yield* months(repaired),
    live: yield* months(DailyTotals.projection)
  }
})

/** A rebuild while others read. */
export const projectionRebuild: Chapter.StoreChapter = Chapter.make("rebuild", "A rebuild during reads", {
  needs: [projections],
  find: function*(input: Chapter.Input) {
    return yield* Effect.scoped(rebuildWhileReading(input))
  },
  figure: ({ interruptedAt, rate, total }) =>
    `${count(total)} events at ${count(rate)} events/s, interrupted and resumed at ${count(interruptedAt)}`,
  checks: ({ after, before, during, interruptedAt, live, outdated, resumedAt }) => ({
    "during a rebuild readers see the old rows, complete": during.length > 0 &&
      during.every((sums) => Equal.equals(sums, before)),
    "after a rebuild readers see the new rows, complete": Equal.equals(after, live) && after.count > before.count,
    "an interrupted rebuild resumes at its checkpoint": resumedAt > interruptedAt && interruptedAt > 0,
    "code of the old version gets an error": outdated?.live === 2
  }),
  lines: (found) => [
    "The totals of an earlier release lacked interest and fees.",
    "The fixed projection has version 2; its rows are filled beside the old ones:",
    table(
      [
        { read: "before the rebuild", ...found.before },
        { read: `in each of ${found.during.length} reads during it`, ...found.during.at(-1) ?? found.before },
        { read: "after the rebuild", ...found.after }
      ],
      ["read", "count"],
      ["deposited", "withdrawn"]
    ),
    `Interrupted at position ${count(found.interruptedAt)} of ${count(found.total)}, the rebuild resumes from there:`,
    `the next batch ends at ${count(found.resumedAt)}. It handles ${count(found.rate)} events/s.`,
    `Code of the old version gets: ${found.outdated?.message ?? "no error"}.`
  ],
  facts: ({ interruptedAt, rate, resumedAt, total }) => ({
    readSide: { rebuild: { events: total, eventsPerSecond: Math.round(rate), interruptedAt, resumedAt } }
  })
})
