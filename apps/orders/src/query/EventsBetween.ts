/** The events of a time range. */
import { type DateTime, Effect, Stream } from "effect"
import { EventReader } from "refold"

// #region empty-range
/** The events that occurred in `[from, to)`, in the order of the log; none if `from` is not before `to`. */
export const eventsBetween = (from: DateTime.Utc, to: DateTime.Utc) =>
  Stream.unwrap(Effect.map(EventReader.EventReader, (reader) => reader.readAll({ occurredAt: { from, to } })))
// #endregion
