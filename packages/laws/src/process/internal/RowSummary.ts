/** What the row of a process instance says about its pending work. */
import { leftOf, type PendingWork } from "@refold/core/internal/process/PendingWork"
import { never, type ProcessRow } from "@refold/core/internal/process/ProcessRows"

/** What a row says: how much is left to do, and why the instance is parked. */
export interface RowSummary extends Pick<ProcessRow, "status" | "phase" | "due" | "parked" | "waiting"> {}

/** What the row says. */
export const ofRow = ({ due, parked, phase, status, waiting }: ProcessRow): RowSummary => ({
  status,
  phase,
  due,
  parked,
  waiting
})

/** What the row of a saga with this work must say: it has ended when it has succeeded or is compensated. */
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
