/** The read side's part of the JSON document. Money is in whole minor units, times are in ISO 8601 and UTC. */
import type { Row } from "@refold/store/project/ReadModel"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { TopAccount } from "../projection/TopAccounts.ts"
import type { BankInFigures } from "../story/BankInFigures.ts"
import type { OwnWrites } from "../story/OwnWrites.ts"
import type { PastRows } from "../story/PastRows.ts"
import type { PoisonedEvents } from "../story/PoisonedEvents.ts"
import type { ReadSide } from "../story/ReadSide.ts"
import type { Rebuilding } from "../story/Rebuilding.ts"
import type { TwoStores } from "../story/TwoStores.ts"

/** The chapters that it is made of. */
export interface Chapters {
  readonly readSide: ReadSide
  readonly ownWrites: OwnWrites
  readonly figures: BankInFigures
  readonly past: PastRows
  readonly rebuilding: Rebuilding
  readonly poisoned: PoisonedEvents
  readonly twoStores: TwoStores
}

/** What the projections made of the log. Its names are a contract: scripts read them. */
export const document = ({ figures, ownWrites, past, poisoned, readSide, rebuilding, twoStores }: Chapters) => ({
  head: readSide.bound.head,
  projections: readSide.filled.flatMap(({ live, projection }) =>
    Option.toArray(live).map(({ lag, lagSeconds, parked, position, rate, version }) => ({
      projection,
      version,
      position,
      lag,
      lagSeconds,
      eventsPerSecond: Math.round(rate),
      parked: parked.length
    }))
  ),
  fillingSeconds: readSide.seconds,
  readOwnWriteMs: ownWrites.waitedMs,
  movements: figures.movements,
  currencies: figures.currencies.map(({ accounts, balances, currency, top, totals }) => ({
    currency,
    accounts,
    balances,
    ...totals,
    topAccounts: top.map(account)
  })),
  asOf: { instant: DateTime.formatIso(past.day), topAccounts: past.topThen.map(account) },
  rebuild: {
    events: rebuilding.total,
    eventsPerSecond: Math.round(rebuilding.rate),
    interruptedAt: rebuilding.interruptedAt,
    resumedAt: rebuilding.resumedAt
  },
  poisoned: {
    parked: poisoned.parked.map(({ position, stage, stream, version }) => ({ stream, version, position, stage })),
    others: poisoned.others,
    discarded: poisoned.discarded.map(({ reason, stream, version }) => ({ stream, version, reason }))
  },
  sameRows: twoStores.rows.map(({ count, projection, unequal }) => ({ projection, rows: count, unequal }))
})

const account = ({ key, state }: Row<TopAccount>) => ({ stream: key, ...state })

/** The part of the document. */
export type Document = ReturnType<typeof document>
