/** A booking service with promises: commands, rows, mail and a process on one store. */
import { Consumer, Parked, type Position, ProcessHandler } from "refold"
import { type CallOptions, Refused, type Store } from "refold/promise"
import { codec, Guest, Offering, Room, type RoomEvent, Waiting } from "./Room.ts"

// #region mail
/** Sends a mail, once for each key. */
export type Send = (
  mail: { readonly to: string; readonly text: string; readonly key: string },
  signal: AbortSignal
) => Promise<void>

export const mails = (send: Send) =>
  Consumer.makeUnsafe<RoomEvent>({
    name: "mails",
    events: codec,
    startAt: "now",
    // An async function: if it throws, the event is retried.
    handle: async ({ _tag, guest, slot }, { key }, { signal }) => {
      await send({ to: guest, text: `${_tag} ${slot}`, key }, signal)
    }
  })
// #endregion

// #region retry
/** Retries the parked streams, and returns those that are still parked. */
export const retryMails = async (store: Store, send: Send) => {
  const consumer = mails(send)
  for (const { stream } of await store.effect(Parked.list(consumer))) {
    await store.effect(Parked.retry(Consumer.target(consumer), stream))
  }
  return store.effect(Parked.list(consumer))
}
// #endregion

// #region start
const handlerOf = (store: Store) => store.handler(Room)

export const start = async (store: Store, send: Send) => {
  const room = handlerOf(store)
  const waiting = store.handler(Waiting)
  const running = [
    await store.project(Guest),
    await store.consume(mails(send)),
    await store.run(Offering, { handlers: [ProcessHandler.withHandler(Waiting, waiting)] })
  ]
  // The program ends with the first of them that ends with an error.
  const failed = Promise.all(running.map(({ done }) => done))
  return { room, waiting, failed, book: book(room), slotsOf: slotsOf(store) }
}
// #endregion

type RoomHandler = ReturnType<typeof handlerOf>

// #region try
const book = (room: RoomHandler) => async (id: string, slot: string, guest: string, idempotencyKey: string) => {
  const booked = await room.try(id, { _tag: "Book", slot, guest }, { idempotencyKey })
  if (booked.ok) return { status: 200, body: { position: booked.value.position } }
  switch (booked.error._tag) {
    case "Refused":
      // The type of the refusal is that of the decider.
      return { status: 422, body: booked.error.refusal }
    case "CommandInvalid":
    case "InvalidInput":
    case "IdempotencyConflict":
      return { status: 400, body: { message: booked.error.message } }
    default:
      return { status: 503, body: { message: booked.error.message } }
  }
}
// #endregion

// #region read
/** The slots of a guest; with a position, in rows that include the events up to it. */
const slotsOf = (store: Store) => {
  const guests = store.rows(Guest)
  return async (guest: string, after?: Position.Position, options?: CallOptions) => {
    const rows = after === undefined ? guests : guests.after(after)
    return (await rows.get(guest, options))?.state.slots ?? 0
  }
}
// #endregion

// #region catch
/** Books a slot; a refusal is returned as a text. */
export const bookOrSay = async (room: RoomHandler, id: string, slot: string, guest: string) => {
  try {
    await room(id, { _tag: "Book", slot, guest })
    return "booked"
  } catch (error) {
    if (error instanceof Refused) return `refused: ${error.message}`
    throw error
  }
}
// #endregion

// #region subscribe
/** Writes the events of the log, from the first one on, until the signal is aborted. */
export const tail = async (store: Store, write: (line: string) => Promise<void>, signal: AbortSignal) => {
  for await (const { data, stream, type } of store.subscribe({ signal })) {
    // The next event is read when this one is written.
    await write(`${stream} ${type} ${JSON.stringify(data)}`)
  }
}
// #endregion
