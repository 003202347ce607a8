/** A book as an aggregate: its streams, its codec, its commands and its rules. */
import { Aggregate } from "refold"
import { BookCommand, decider } from "./BookDecider.ts"
import { codec } from "./BookEvents.ts"

/** The events of the book "dune" are in the stream "book-dune". */
export const Book = Aggregate.makeUnsafe({ category: "book", events: codec, commands: BookCommand, decider })
