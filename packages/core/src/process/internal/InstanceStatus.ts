/** The status of a process instance. */
import * as Schema from "effect/Schema"
import type { PendingWork } from "./PendingWork.ts"

/**
 * The status of an instance: it has observed nothing, it reacts to triggers, it waits for a repair, or it has ended. One that
 * has ended in a phase in which it still reacts, as a compensated saga does, may run again.
 */
export const InstanceStatus = Schema.Literals(["NotStarted", "Running", "Parked", "Completed"])
/** The status of an instance. */
export type InstanceStatus = typeof InstanceStatus.Type

/** The status of an instance with this pending work, of a process with these end phases. */
export const of = (
  { isCompleted, parked, phase, version }: PendingWork,
  endPhases: ReadonlyArray<string> = []
): InstanceStatus =>
  version === 0 ?
    "NotStarted" :
    parked !== null
    ? "Parked"
    : isCompleted || endPhases.includes(phase)
    ? "Completed"
    : "Running"
