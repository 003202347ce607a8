/** A consumer that sends mail through a port, and one that writes to tables of the application. */
import { Context, DateTime, Effect, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Consumer, Parked, ProjectionStatus, StreamName } from "refold"
import { codec } from "../Wallet.ts"

// #region port
export class MailRefused extends Schema.TaggedError<MailRefused>()("MailRefused", { reason: Schema.String }) {}

/** Sends mail. A repeated key sends nothing and succeeds. */
export class Mailer extends Context.Service<Mailer, {
  readonly send: (
    mail: { readonly to: string; readonly text: string; readonly key: string }
  ) => Effect.Effect<void, MailRefused>
}>()("shop/Mailer") {}
// #endregion

// #region mails
export const receipts = Consumer.makeUnsafe({
  name: "receipts",
  events: codec,
  categories: ["wallet"],
  startAt: "now",
  handle: (event, { key, stream }) =>
    Effect.gen(function*() {
      if (event._tag !== "Deposited") return
      const mailer = yield* Mailer
      yield* mailer.send({ to: StreamName.id(stream), text: `${event.cents} cents from ${event.from}`, key })
    })
})
// #endregion

// #region transaction
// The row and the checkpoint are committed together: each deposit is booked exactly once.
export const bookings = Consumer.makeUnsafe({
  name: "bookings",
  events: codec,
  startAt: "start",
  inTransaction: true,
  handle: (event, { occurredAt, stream }) =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const cents = event._tag === "Deposited" ? event.cents : -event.cents
      yield* sql`INSERT INTO bookings (account, cents, at) VALUES (${stream}, ${cents}, ${
        DateTime.toDateUtc(occurredAt)
      })`
    })
})
// #endregion

// #region operate
/** Whether mail is delayed: for an alarm. */
export const isDegraded = Effect.map(
  ProjectionStatus.of(receipts),
  (status) =>
    Option.exists(
      ProjectionStatus.current(status),
      ({ lagSeconds, parked }) => lagSeconds > 60 || parked.length > 0
    )
)

/** When the receiver is repaired: sends the waiting mails, in order. */
export const retryAll = Effect.gen(function*() {
  for (const { stream } of yield* Parked.list(receipts)) yield* Parked.retry(Consumer.target(receipts), stream)
})

/** Discards the event at which the stream waits, and continues with the later ones. */
export const giveUp = (stream: StreamName.StreamName, reason: string) =>
  Parked.discard(Consumer.target(receipts), stream, reason)
// #endregion
