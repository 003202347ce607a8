/** No transfer creates or loses money: total balances, the log and the sagas all agree. */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import { format } from "../../Amount.ts"
import { Currency } from "../../Currency.ts"
import * as PayStandingOrders from "../../PayStandingOrders.ts"
import * as Chapter from "../Chapter.ts"
import { table } from "../Narration.ts"
import * as TotalMoney from "../support/TotalMoney.ts"
import { commandValidation, depositReversal } from "./LedgerCommands.ts"
import { multiStreamCommit } from "./MultiStreamCommit.ts"
import { sagaTimeout } from "./SagaTimeout.ts"
import { standingOrder } from "./StandingOrderProcess.ts"
import { sagaCompensation } from "./TransferSaga.ts"

// The transfers of the chapters that this one needs.
const transfersOf = (run: string): ReadonlyArray<string> => [
  ...["rent", "gift", "boat", "house"].map((name) => `${name}-${run}`),
  ...[1, 2, 3].map((number) => PayStandingOrders.transferOf(`pocket-${run}`, number)),
  `lunch-${run}`
]

/** The sum of all money before and after the transfers. */
export const conservation: Chapter.StoreChapter = Chapter.make("conservation", "Conservation of money", {
  needs: [sagaCompensation, sagaTimeout, multiStreamCommit, standingOrder, depositReversal, commandValidation],
  find: function*({ moneyBefore, run }: Chapter.Input) {
    const { position, sums: before } = yield* moneyBefore
    const sagas = yield* Effect.forEach(
      transfersOf(run),
      (transfer) => Effect.map(TotalMoney.sagaOf(transfer), ({ status }) => ({ transfer, status }))
    )
    const after = yield* TotalMoney.inAccounts
    const changed = yield* TotalMoney.changedSince(position)
    return { before, sagas, after, changed, inTransit: yield* TotalMoney.inTransit }
  },
  figure: ({ after, before, sagas }) =>
    `EUR ${format(before.EUR)} before, ${format(after.EUR)} after ${sagas.length} transfers`,
  checks: ({ after, before, changed, inTransit, sagas }) => ({
    "the sum of all accounts is the same before and after the transfers": Equal.equals(after, before),
    "the movements in between add up to 0, event by event": Equal.equals(changed, TotalMoney.none),
    "no saga holds money: each succeeded or was compensated": Equal.equals(inTransit, TotalMoney.none) &&
      sagas.every(({ status }) => status === "Succeeded" || status === "Compensated")
  }),
  lines: ({ after, before, changed, inTransit, sagas }) => [
    "The sum of all accounts, before and after the transfers:",
    table(
      [
        { sum: "before", ...before },
        { sum: "after", ...after },
        { sum: "of all movements in between", ...changed },
        { sum: "in transit", ...inTransit }
      ],
      ["sum"],
      Currency.literals
    ),
    "The sagas:",
    table(sagas)
  ],
  facts: ({ after, before, changed, inTransit, sagas }) => ({
    transfers: { sagas, money: { before, after, changed, onItsWay: inTransit } }
  })
})
