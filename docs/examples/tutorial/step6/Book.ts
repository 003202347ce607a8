/** A book as an aggregate: its streams, its codec, its commands, its rules and its snapshots. */
import { Schema } from "effect"
import { Aggregate } from "refold"
import { BookCommand, decider } from "./BookDecider.ts"
import { codec } from "./BookEvents.ts"

const BookState = Schema.TaggedUnion({
  Unknown: {},
  OnShelf: { title: Schema.String, loans: Schema.Int },
  OnLoan: { title: Schema.String, loans: Schema.Int, to: Schema.String }
})

/** The events of the book "dune" are in the stream "book-dune". Each 100th event leaves a snapshot of the state. */
export const Book = Aggregate.makeUnsafe({
  category: "book",
  events: codec,
  commands: BookCommand,
  decider,
  snapshots: { name: "book", version: 1, state: BookState, every: 100 }
})
