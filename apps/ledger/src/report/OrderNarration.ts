/** The words of the chapters about a standing order, an undone deposit, the front door, and all the money. */
import { format } from "../Amount.ts"
import { Currency } from "../Currency.ts"
import type { AllTheMoney } from "../story/AllTheMoney.ts"
import type { FrontDoor } from "../story/FrontDoor.ts"
import type { StandingOrderPaid } from "../story/StandingOrderPaid.ts"
import type { UndoneDeposit } from "../story/UndoneDeposit.ts"
import * as Table from "./Table.ts"
import { holdingsTable } from "./TransferNarration.ts"

/** What there is to tell of this chapter. */
export const standingOrderPaid = ({ amount, last, looks }: StandingOrderPaid): ReadonlyArray<string> => [
  `Gina sets a standing order: ${
    format(amount)
  } to Hugo every month. A process waits for the end of each month and then`,
  "asks for a transfer, which the saga carries out. A runner that looks in now and then finds:",
  "",
  ...holdingsTable(looks.map(({ completed, day, holdings }) => [`day ${day}: ${completed} paid`, holdings])),
  "",
  `Gina cancels it. On day ${last.day} there are still ${last.completed} payments. Each month counts from the first day,`,
  "so that a runner that is late for one is not late for the next."
]

/** What there is to tell of this chapter. */
export const undoneDeposit = (
  { after, again, amount, before, between, deposit, lines, noDeposit }: UndoneDeposit
): ReadonlyArray<string> => [
  `A clerk enters ${format(amount)} for the wrong Gina: version ${deposit} of her account, which goes from`,
  `${format(before)} to ${format(between)}. What has happened stays; another event undoes it, and leaves ` +
  `${format(after)}:`,
  "",
  ...Table.lines(
    ["her statement", "change", "balance"],
    lines.map(({ balance, change, type }) => [type, format(change), format(balance)])
  ),
  "",
  `Undone once more: ${again?._tag ?? "yes"}. Version 1, the opening of the account, undone: ${
    noDeposit?._tag ?? "yes"
  }.`
]

/** What there is to tell of this chapter. */
export const frontDoor = (
  { after, answers, before, body, forbidden, invalid, key, unknown }: FrontDoor
): ReadonlyArray<string> => [
  `Over the wire, under the key "${key}", comes`,
  `${JSON.stringify(body)},`,
  "and the same once more, for the answer was lost:",
  "",
  ...Table.lines(
    ["copy", "version", "answered from"],
    answers.map(({ deduplicated, version }, index) => [
      String(index + 1),
      String(version),
      deduplicated ? "the first copy" : "a decision"
    ])
  ),
  "",
  ...holdingsTable([["before", before], ["at the end", after]]),
  "",
  "Others are turned away before anything is loaded:",
  ...[invalid, unknown, forbidden].map((error) => `- ${(error?.message ?? "nothing").replaceAll(/\s*\n\s*/g, " ")}`)
]

/** What there is to tell of this chapter. */
export const allTheMoney = (
  { after, before, changed, onItsWay, transfers }: AllTheMoney
): ReadonlyArray<string> => [
  "Did any of that make money, or lose some? All accounts of the bank together:",
  "",
  ...Table.lines(
    ["currency", "before", "after", "by the log", "on its way"],
    Currency.literals.map((currency) => [
      currency,
      format(before[currency]),
      format(after[currency]),
      format(changed[currency]),
      format(onItsWay[currency])
    ])
  ),
  "",
  "And the sagas:",
  "",
  ...Table.lines(["transfer", "it stands at"], transfers.map(({ status, transfer }) => [transfer, status]))
]
