/** The movements in a range of days or months, in one currency. */
import * as Stream from "effect/Stream"
import * as ReadModel from "refold/ReadModel"
import type { Currency } from "../Currency.ts"
import * as DailyTotals from "../projection/DailyTotals.ts"

/** The days from `from` to before `to` (`1993-03-31`) with movements, in order. */
export const dailyTotals = (currency: Currency, from: string, to: string) => totals("Day", currency, { from, to })

/** The months from `from` to before `to` (`1993-03`) with movements, in order. */
export const monthlyTotals = (currency: Currency, from: string, to: string) => totals("Month", currency, { from, to })

const totals = (
  unit: DailyTotals.Totals["unit"],
  currency: Currency,
  range: { readonly from: string; readonly to: string }
) =>
  ReadModel.stream(DailyTotals.projection, { index: "byPeriod", where: { unit, currency }, range }).pipe(
    Stream.map(({ state }) => state),
    Stream.runCollect
  )
