/** The status of a process instance. */
import * as Schema from "effect/Schema"
import type { PendingWork } from "./PendingWork.ts"

/**
 * The status of an instance: it has observed nothing, it reacts to triggers, it waits for a fix, or it has ended. One that
 * has ended in a phase in which it still reacts, as a compensated saga does, may run again.
 */
export const InstanceStatus = Schema.Literals(["NotStarted", "Running", "Parked", "Completed"])
/** The status of an instance. */
export type InstanceStatus = typeof InstanceStatus.Type

/** The facts that determine the status of an instance. */
interface Facts {
  readonly isParked: boolean
  readonly isCompleted: boolean
  readonly phase: string
}

/** The status of an instance that has observed something, of a process with these end phases. */
export const of = (
  { isCompleted, isParked, phase }: Facts,
  endPhases: ReadonlyArray<string> = []
): Exclude<InstanceStatus, "NotStarted"> =>
  isParked ? "Parked" : isCompleted || endPhases.includes(phase) ? "Completed" : "Running"

/** The status of an instance with this pending work. */
export const ofWork = (
  { isCompleted, parked, phase, version }: PendingWork,
  endPhases: ReadonlyArray<string> | undefined
): InstanceStatus => version === 0 ? "NotStarted" : of({ isParked: parked !== null, isCompleted, phase }, endPhases)
