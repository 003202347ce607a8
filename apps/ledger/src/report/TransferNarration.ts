/** The words of the chapters about transfers of money, and a saga's history as a table. */
import type { Decided, Trigger } from "@refold/core/process/ProcessEvent"
import * as Account from "../Account.ts"
import { format } from "../Amount.ts"
import type { Holdings } from "../story/People.ts"
import type * as SagaHistory from "../story/SagaHistory.ts"
import type { TransferCompensated } from "../story/TransferCompensated.ts"
import type { TransferInOneCommit } from "../story/TransferInOneCommit.ts"
import type { TransferSucceeds } from "../story/TransferSucceeds.ts"
import type { TransferTimedOut } from "../story/TransferTimedOut.ts"
import type * as Transfer from "../Transfer.ts"
import * as TransferMoney from "../TransferMoney.ts"
import * as Table from "./Table.ts"

/** What Fred, Gina and Hugo held at several moments, as a table. */
export const holdingsTable = (rows: ReadonlyArray<readonly [when: string, holdings: Holdings]>) =>
  Table.lines(
    ["in EUR", "Fred", "Gina", "Hugo"],
    rows.map(([when, { fred, gina, hugo }]) => [when, format(fred), format(gina), format(hugo)])
  )

/** A saga's history as a table: each thing that it met, and under it what it decided about that. */
const historyTable = (history: ReadonlyArray<SagaHistory.Line>): ReadonlyArray<string> =>
  Table.lines(
    ["", "day", "it met", "it decided", "it stands at"],
    history.flatMap(({ day, decided, phase, trigger }, index) => {
      const [first = "nothing", ...others] = decided.map(decidedText)
      return [
        [`${index + 1}.`, String(day), triggerText(trigger), first, phase],
        ...others.map((other) => ["", "", "", other, ""])
      ]
    })
  )

const triggerText = (trigger: Trigger): string => {
  switch (trigger._tag) {
    case "Event":
      return trigger.type
    case "TimedOut":
      return `${trigger.name}: time is up`
    case "Answered":
      return `${trigger.label}: ${outcomeText(trigger.outcome)}`
    case "Resumed":
      return `resumed: ${trigger.reason}`
  }
}

const outcomeText = (outcome: Extract<Trigger, { readonly _tag: "Answered" }>["outcome"]): string => {
  switch (outcome._tag) {
    case "Succeeded":
      return "handled"
    case "Refused":
      return `refused, ${tagOf(outcome.refusal)}`
    case "Failed":
      return `failed, ${outcome.reason}`
  }
}

const decidedText = (decided: Decided): string => {
  switch (decided._tag) {
    case "Send":
      return sendText(decided)
    case "Schedule":
      return `${decided.name}: wait ${TransferMoney.patience}`
    case "Cancel":
      return `${decided.name}: wait no longer`
    case "Complete":
      return "it is over"
  }
}

const sendText = (
  { category, command, id, label }: Extract<Decided, { readonly _tag: "Send" }>
): string => {
  const tag = tagOf(command)
  return `${label === tag ? "" : `${label}: `}${tag} to ${category}-${id}`
}

const tagOf = (json: unknown): string =>
  typeof json === "object" && json !== null && "_tag" in json ? String(json._tag) : JSON.stringify(json)

const stateText = (state: Transfer.State): string =>
  state._tag === "Failed" ? `Failed, for this reason: ${state.reason}` : state._tag

/** What there is to tell of this chapter. */
export const transferSucceeds = (
  { after, asked, before, history, streams, transfer }: TransferSucceeds
): ReadonlyArray<string> => [
  "Fred asks for 300.00 to go to Gina for the rent. That is one event; a saga meets it and moves the money, step by",
  `step, each under a key of its own. What ${transfer} met and decided is its stream in the store:`,
  "",
  ...historyTable(history),
  "",
  ...holdingsTable([["before", before], ["asked for", asked], ["at the end", after]]),
  "",
  `One correlation id, of the request, is on all that came of it, in ${streams.length} streams:`,
  ...streams.map((stream) => `- ${stream}`)
]

/** What there is to tell of this chapter. */
export const transferCompensated = (
  { after, amount, before, ended, history, movements }: TransferCompensated
): ReadonlyArray<string> => [
  `Gina's account is frozen. Fred, who does not know, asks for ${format(amount)} to go to her. The money has left his`,
  "account when hers says no, so the saga takes its steps back:",
  "",
  ...historyTable(history),
  "",
  `The transfer is ${stateText(ended)}.`,
  "",
  ...holdingsTable([["before", before], ["at the end", after]]),
  "",
  "Fred's books, where nothing is wiped out:",
  "",
  ...Table.lines(
    ["event", "change", "purpose"],
    movements.map((movement) => [
      movement._tag,
      format(Account.changeOf(movement)),
      "purpose" in movement ? movement.purpose ?? "" : ""
    ])
  )
]

/** What there is to tell of this chapter. */
export const transferTimedOut = (chapter: TransferTimedOut): ReadonlyArray<string> => [
  "Transfers of more than 10,000.00 need an employee's approval. Hugo's 12,000.00 for Fred's boat get one: the transfer",
  `is ${stateText(chapter.approved)}. Hugo himself may not: ${chapter.forbidden?.message ?? "nothing"}.`,
  "His 15,000.00 for the house wait, and nobody says anything:",
  "",
  ...holdingsTable([
    ["before", chapter.before],
    ["while it waits", chapter.waiting],
    ["in two days", chapter.inTwoDays],
    ["in four days", chapter.inFourDays]
  ]),
  "",
  `In between ${format(chapter.onItsWay.EUR)} are in no account; the saga's state has them. Nobody has waited for four`,
  "days: a runner with another clock came to work.",
  "",
  ...historyTable(chapter.history),
  "",
  `The transfer is ${stateText(chapter.ended)}.`,
  `On the fourth day somebody approves it after all, and is told: ${chapter.late?._tag ?? "nothing"}.`
]

/** What there is to tell of this chapter. */
export const transferInOneCommit = (
  { after, amount, before, crowd, refused, written }: TransferInOneCommit
): ReadonlyArray<string> => [
  `Both accounts are in one store, so ${format(amount)} can also move in one commit, without a saga:`,
  "",
  ...Table.lines(
    ["stream", "version", "position"],
    written.map(({ position, stream, version }) => [stream, String(version), String(position)])
  ),
  "",
  ...holdingsTable([["before", before], ["at the end", after]]),
  "",
  "There is no moment at which the money is nowhere, no step to take back, and no time to wait for an approval. To an",
  `account that is not there: ${refused?.message ?? "nothing"}, ${refused?.refusal._tag ?? "nothing"}.`,
  `The money goes back in ${crowd} parts at the same moment; each that was too late decides again.`
]
