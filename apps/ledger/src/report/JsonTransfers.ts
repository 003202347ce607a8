/** The part of the JSON document that is about transfers. Money is in whole minor units. */
import type { AllTheMoney } from "../story/AllTheMoney.ts"
import type { StandingOrderPaid } from "../story/StandingOrderPaid.ts"
import type { TransferCompensated } from "../story/TransferCompensated.ts"
import type { TransferInOneCommit } from "../story/TransferInOneCommit.ts"
import type { TransferTimedOut } from "../story/TransferTimedOut.ts"

/** The chapters that it is made of. */
export interface Chapters {
  readonly compensated: TransferCompensated
  readonly timedOut: TransferTimedOut
  readonly atOnce: TransferInOneCommit
  readonly order: StandingOrderPaid
  readonly money: AllTheMoney
}

/** What became of the transfers. Its names are a contract: scripts read them. */
export const document = ({ atOnce, compensated, money, order, timedOut }: Chapters) => ({
  sagas: money.transfers.map(({ status, transfer }) => ({ transfer, status })),
  compensated: { transfer: compensated.transfer, ended: compensated.ended, reactions: compensated.history.length },
  timedOut: {
    transfer: timedOut.transfer,
    ended: timedOut.ended,
    onItsWay: timedOut.onItsWay.EUR,
    reactions: timedOut.history.length
  },
  atOnce: atOnce.written.map(({ position, stream, version }) => ({ stream, version, position })),
  standingOrder: { order: order.order, paid: order.looks.map(({ completed, day }) => ({ day, completed })) },
  money: { before: money.before, after: money.after, changed: money.changed, onItsWay: money.onItsWay }
})

/** The part of the document. */
export type Document = ReturnType<typeof document>
