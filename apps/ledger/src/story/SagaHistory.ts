/** What a saga met and what it decided, in order, read from its own stream. */
import type { Decided, Trigger } from "@refold/core/process/ProcessEvent"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TransferMoney from "../TransferMoney.ts"

/** One reaction. */
export interface Line {
  /** The day on which the saga met this, from 0. */
  readonly day: number
  readonly trigger: Trigger
  readonly decided: ReadonlyArray<Decided>
  /** Where the saga stood then. */
  readonly phase: string
}

/** The history of a transfer of money. */
export const of = (transfer: string) =>
  Effect.map(ProcessInstances.history(TransferMoney.saga, transfer), (happenings): ReadonlyArray<Line> => {
    const reactions = happenings.flatMap(({ event }) => event._tag === "ProcessReacted" ? [event] : [])
    const [first] = reactions
    return reactions.map(({ decided, phase = "", trigger }) => ({
      day: first === undefined ? 0 : daysBetween(timeOf(first.trigger), timeOf(trigger)),
      trigger,
      decided,
      phase
    }))
  })

// Rounded, for the clocks of the database and of the runner differ by some milliseconds.
const daysBetween = (from: DateTime.Utc, to: DateTime.Utc): number =>
  Math.round(Duration.toDays(DateTime.distance(from, to)))

const timeOf = (trigger: Trigger): DateTime.Utc => {
  switch (trigger._tag) {
    case "Event":
      return trigger.recordedAt
    case "TimedOut":
      return trigger.due
    case "Answered":
    case "Resumed":
      return trigger.at
  }
}
