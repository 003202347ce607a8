/** For adapters: the cause of an `EventStoreError` if another instance of the log answered than the requested one. */
import { EventStoreError } from "./EventStoreError.ts"

/** The cause of the error. */
export class InstanceChanged extends Error {
  override readonly name = "InstanceChanged"
  constructor() {
    super("the database was restarted or replaced since the head of the log was read: read again")
  }
}

/** An operation that another instance of the log has answered. */
export const failed = (operation: string): EventStoreError =>
  new EventStoreError({ operation, cause: new InstanceChanged() })

/** Whether the operation failed for this cause. */
export const isCauseOf = (error: { readonly _tag: string }): boolean =>
  error instanceof EventStoreError && error.cause instanceof InstanceChanged
