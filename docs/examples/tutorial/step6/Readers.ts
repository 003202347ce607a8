/** Who reads what: one row for each reader, folded from the events of all books. */
import { Schema } from "effect"
import { Projection } from "refold"
import { codec } from "./BookEvents.ts"

export const Readers = Projection.makeUnsafe({
  name: "readers",
  // Version 2 also counts weeks. Its rows are built beside those of version 1, from the same events.
  version: 2,
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
  state: Schema.Struct({ onLoan: Schema.Array(Schema.String), loans: Schema.Int, weeks: Schema.Int }),
  initialState: { onLoan: [], loans: 0, weeks: 0 },
  evolve: ({ loans, onLoan, weeks }, event, { stream }) =>
    event._tag === "BookLent"
      ? { onLoan: [...onLoan, stream], loans: loans + 1, weeks: weeks + event.weeks }
      : { onLoan: onLoan.filter((book) => book !== stream), loans, weeks },
  indexes: { byLoans: ["loans"] }
})
