/** The head of the log, and the instance of the log that answered. */
import type { Position } from "@refold/core/event/Position"

/** The end of the readable log. */
export interface LogHead {
  /** The position of the last event that can be read; 0 if there is none. */
  readonly position: Position
  /**
   * Opaque. It changes when the database is restarted, failed over or restored: then the log may have lost its last events,
   * and data about it outside the database may be wrong.
   */
  readonly instance: string
}

/** Whether two heads are the same. */
export const isSame = (one: LogHead, two: LogHead): boolean =>
  one.position === two.position && one.instance === two.instance
