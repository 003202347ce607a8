/** When a book comes back, the card of its reader gets its place back. */
import { Option } from "effect"
import { Process, StreamName } from "refold"
import { type BookEvent, codec } from "./BookEvents.ts"
import { Card } from "./Card.ts"

export const Returns = Process.makeUnsafe<BookEvent, null>({
  name: "returns",
  events: codec,
  targets: [Card],
  // One instance for each book. It reacts to each return, and needs no state.
  correlate: (event, { stream }) => event._tag === "BookReturned" ? Option.some(StreamName.id(stream)) : Option.none(),
  initialState: null,
  evolve: () => null,
  react: (_, input, { instance }) =>
    input._tag === "BookReturned" ? [Process.send(Card, input.by, { _tag: "Give", book: instance })] : []
})
