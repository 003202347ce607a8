/**
 * Chapter: the totals of an earlier release lacked interest and fees. The repaired code has a higher version; its rows
 * are filled beside the old ones, which readers go on seeing, and then take their place at once.
 */
import type { ProjectionOutdated } from "@refold/store/project/ProjectionError"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import type * as Account from "../Account.ts"
import * as Currency from "../Currency.ts"
import * as DailyTotals from "../projection/DailyTotals.ts"
import { type Check, check } from "./Check.ts"
import * as Figures from "./Figures.ts"
import { RebuildProgress } from "./RebuildProgress.ts"
import * as Scratch from "./Scratch.ts"

/** A rebuild, and what readers saw of it. */
export interface Rebuilding {
  readonly _tag: "Rebuilding"
  /** What readers saw before, at each step of the rebuild, and after: all months in crowns. */
  readonly before: Figures.Sums
  readonly during: ReadonlyArray<Figures.Sums>
  readonly after: Figures.Sums
  /** Where the first attempt was broken off, and where the second one was after its first batch. */
  readonly interruptedAt: number
  readonly resumedAt: number
  readonly total: number
  /** Events a second. */
  readonly rate: number
  /** What the old code is told once the new rows are live. */
  readonly outdated: ProjectionOutdated | undefined
  readonly checks: ReadonlyArray<Check>
}

type Totals = typeof DailyTotals.projection

const isMoney = ({ _tag }: Account.Movement): boolean => _tag === "MoneyDeposited" || _tag === "MoneyWithdrawn"

/** Runs the old code, raises the version, breaks the rebuild off, resumes it, and reads all the while. */
export const tell = Effect.fnUntraced(function*(run: string) {
  const name = `${DailyTotals.projection.name}-${run}`
  yield* Scratch.dropAfterwards(name)
  const { keys } = DailyTotals.projection
  const onlyMoney: Totals["keys"] = (event, at) => isMoney(event) ? keys(event, at) : []
  const old: Totals = { ...DailyTotals.projection, name, version: 1, keys: onlyMoney }
  const repaired: Totals = { ...DailyTotals.projection, name, version: 2 }
  yield* Projector.catchUp(old)
  const before = yield* months(old)
  const during: Array<Figures.Sums> = []
  const show = yield* RebuildProgress
  const steps = Rebuild.rebuild(repaired, { batchSize: 1_000 }).pipe(
    Stream.tap(show),
    Stream.tap(({ isLive }) => isLive ? Effect.void : Effect.map(months(old), (sums) => void during.push(sums)))
  )
  const broken = yield* Stream.runCollect(Stream.take(steps, 3))
  const resumed = yield* Stream.runCollect(steps)
  const outdated = yield* Projector.catchUp(old).pipe(
    Effect.as(undefined),
    Effect.catchTag("ProjectionOutdated", Effect.succeed)
  )
  return chapterOf({
    before,
    during,
    after: yield* months(repaired),
    interruptedAt: broken.at(-1)?.done ?? 0,
    resumedAt: resumed[0]?.done ?? 0,
    total: resumed.at(-1)?.total ?? 0,
    rate: Math.max(...broken.map(({ rate }) => rate), ...resumed.map(({ rate }) => rate)),
    outdated
  }, yield* months(DailyTotals.projection))
}, Effect.scoped)

// In one read, so that a swap in the middle of it would show.
const months = (totals: Totals) =>
  Effect.map(
    ReadModel.query(totals, { index: "byPeriod", where: { unit: "Month", currency: Currency.first }, limit: 1_000 }),
    ({ rows }) => Figures.sum(rows.map(({ state }) => state))
  )

const chapterOf = (facts: Omit<Rebuilding, "checks" | "_tag">, live: Figures.Sums): Rebuilding => {
  const { after, before, during, interruptedAt, outdated, resumedAt } = facts
  return {
    _tag: "Rebuilding",
    ...facts,
    checks: [
      check(
        "while rows are rebuilt, readers see the old ones, whole",
        during.length > 0 && during.every((sums) => Equal.equals(sums, before))
      ),
      check(
        "once they are live, readers see the new ones, whole",
        Equal.equals(after, live) && after.count > before.count
      ),
      check("a rebuild that was broken off goes on where it was", resumedAt > interruptedAt && interruptedAt > 0),
      check("code of the old version is told that it is outdated", outdated?.live === 2)
    ]
  }
}
