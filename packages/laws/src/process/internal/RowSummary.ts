/** The summary of pending work in the row of a process instance. */
import { leftOf, type PendingWork } from "@refold/core/internal/process/PendingWork"
import { never, type ProcessRow } from "@refold/core/internal/process/ProcessRows"

/** The summary: the amount of pending work, and why the instance is parked. */
export interface RowSummary extends Pick<ProcessRow, "status" | "phase" | "due" | "parked" | "waiting"> {}

/** The summary in a row. */
export const ofRow = ({ due, parked, phase, status, waiting }: ProcessRow): RowSummary => ({
  status,
  phase,
  due,
  parked,
  waiting
})

/** The expected summary of a saga with this work: a saga that succeeded or is compensated has ended. */
export const ofSaga = (pending: PendingWork): RowSummary => {
  const { isCompleted, parked, phase } = pending
  const { due = never, waiting = 0 } = leftOf(pending)
  return {
    status: parked === null ? isCompleted || phase === "Compensated" ? "Completed" : "Running" : "Parked",
    phase,
    due,
    parked,
    waiting
  }
}
