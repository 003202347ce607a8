/** Welcome: an observer that changes the store while it is called. */
import { Effect } from "effect"
import { CommandHandler, type RecordedEvent, StreamName } from "refold"
import * as User from "../User.ts"

const handle = CommandHandler.make(User.aggregate)

// #region welcome
/**
 * Welcomes each user that registers. The append takes no lock that the delivery holds, so it cannot deadlock; the new
 * event gets the next position and is delivered in order, also to this observer. The key makes a replay idempotent.
 */
export const welcome = ({ id, stream, type }: RecordedEvent.RecordedEvent) =>
  type === User.UserRegistered.name
    ? handle(StreamName.id(stream), { _tag: "WelcomeUser" }, { idempotencyKey: `welcome-${id}` })
    : Effect.void
// #endregion
