/** The triggers and decisions of a transfer's saga, in order, read from the saga's own stream. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Decided, Trigger } from "refold/ProcessEvent"
import * as ProcessInstances from "refold/ProcessInstances"
import * as TransferMoney from "../../TransferMoney.ts"
import * as Narration from "../Narration.ts"

/** One reaction. */
interface Reaction {
  readonly at: DateTime.Utc
  readonly observed: string
  readonly decided: ReadonlyArray<string>
  /** The saga's status after it. */
  readonly status: string
}

/** The history of a transfer. */
export const of = (transfer: string) =>
  Effect.map(
    ProcessInstances.history(TransferMoney.saga, transfer),
    (entries) =>
      entries.flatMap(({ event }): ReadonlyArray<Reaction> => {
        if (event._tag !== "ProcessReacted") return []
        const decided = event.decided.length === 0 ? ["nothing"] : event.decided.map(decisionText)
        return [{ ...observedOf(event.trigger), decided, status: event.phase ?? "" }]
      })
  )

/** A history as a table: a line for each decision. Days count from the first reaction. */
export const table = (history: ReadonlyArray<Reaction>): ReadonlyArray<string> =>
  Narration.table(history.flatMap(({ at, decided: [first, ...others], observed, status }, index) => {
    // Rounded: the clocks of the database and of the runner differ by some milliseconds.
    const day = Math.round(Duration.toDays(DateTime.distance(history[0]?.at ?? at, at)))
    return [
      { step: `${index + 1}.`, day, observed, decided: first, status },
      ...others.map((other) => ({ decided: other }))
    ]
  }))

const observedOf = (trigger: Trigger): Pick<Reaction, "at" | "observed"> => {
  switch (trigger._tag) {
    case "Event":
      return { at: trigger.recordedAt, observed: trigger.type }
    case "TimedOut":
      return { at: trigger.due, observed: `${trigger.name}: timed out` }
    case "Answered":
      return { at: trigger.at, observed: `${trigger.label}: ${outcomeText(trigger.outcome)}` }
    case "Resumed":
      return { at: trigger.at, observed: `resumed: ${trigger.reason}` }
  }
}

const outcomeText = (outcome: Extract<Trigger, { readonly _tag: "Answered" }>["outcome"]): string => {
  if (outcome._tag === "Succeeded") return "handled"
  return outcome._tag === "Refused" ? `refused, ${tagOf(outcome.refusal)}` : `failed, ${outcome.reason}`
}

const decisionText = (decided: Decided): string => {
  switch (decided._tag) {
    case "Send": {
      const tag = tagOf(decided.command)
      return `${decided.label === tag ? "" : `${decided.label}: `}${tag} to ${decided.category}-${decided.id}`
    }
    case "Schedule":
      return `${decided.name}: timeout in ${TransferMoney.approvalTimeout}`
    case "Cancel":
      return `${decided.name}: cancel the timeout`
    case "Complete":
      return "complete"
  }
}

const tagOf = (json: unknown): string => String(Object(json)._tag)
