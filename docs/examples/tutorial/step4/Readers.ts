/** Who reads what: one row for each reader, folded from the events of all books. */
import { Schema } from "effect"
import { Projection } from "refold"
import { codec } from "./BookEvents.ts"

export const Readers = Projection.makeUnsafe({
  name: "readers",
  version: 1,
  events: codec,
  // The rows that an event changes: that of the reader it names.
  keys: (event) => {
    switch (event._tag) {
      case "BookLent":
        return [event.to]
      case "BookReturned":
        return [event.by]
      case "BookAcquired":
        return []
    }
  },
  state: Schema.Struct({ onLoan: Schema.Array(Schema.String), loans: Schema.Int }),
  initialState: { onLoan: [], loans: 0 },
  evolve: ({ loans, onLoan }, event, { stream }) =>
    event._tag === "BookLent"
      ? { onLoan: [...onLoan, stream], loans: loans + 1 }
      : { onLoan: onLoan.filter((book) => book !== stream), loans },
  indexes: { byLoans: ["loans"] }
})
