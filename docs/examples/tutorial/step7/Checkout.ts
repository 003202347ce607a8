/** A loan in two steps: the card of the reader, then the book. If the book is not lent, the card gets its place back. */
import { Option } from "effect"
import { Process, Saga, StreamName } from "refold"
import { Book } from "./Book.ts"
import { Card } from "./Card.ts"
import { codec, type Loan, type LoanRequested } from "./Request.ts"

export const Checkout = Saga.makeUnsafe<typeof LoanRequested.Event, Loan>({
  name: "checkout",
  events: codec,
  targets: [Card, Book],
  // One saga for each request, under the id of the request.
  start: (loan, { stream }) => Option.some({ id: StreamName.id(stream), data: loan }),
  steps: [
    {
      name: "card",
      command: ({ book, reader }) => Process.send(Card, reader, { _tag: "Take", book }),
      compensate: ({ book, reader }) => Process.send(Card, reader, { _tag: "Give", book })
    },
    {
      name: "book",
      command: ({ book, reader, weeks }) => Process.send(Book, book, { _tag: "Lend", to: reader, weeks })
    }
  ]
})
