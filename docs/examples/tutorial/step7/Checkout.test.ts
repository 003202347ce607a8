/** The checkout as examples: when this event or answer, then these commands. No store, and no waiting. */
import * as Spec from "@refold/laws/Spec"
import { test } from "node:test"
import { Process } from "refold"
import { Book } from "./Book.ts"
import { Card } from "./Card.ts"
import { Checkout } from "./Checkout.ts"
import { LoanRequested } from "./Request.ts"

const requested = Spec.forProcess(Checkout)
  .when("request-1", LoanRequested.make({ book: "dune", reader: "bob", weeks: 2 }))

await test("a checkout takes a place on the card, then lends the book", () => {
  requested
    .thenSends([Process.send(Card, "bob", { _tag: "Take", book: "dune" }, { label: "card" })])
    .whenAnswered("card", { _tag: "Succeeded" })
    .thenSends([Process.send(Book, "dune", { _tag: "Lend", to: "bob", weeks: 2 }, { label: "book" })])
    .whenAnswered("book", { _tag: "Succeeded" })
    .thenPhase("1", "Succeeded")
})

await test("when the book is refused, the card gets its place back", () => {
  requested
    .whenAnswered("card", { _tag: "Succeeded" })
    .whenAnswered("book", { _tag: "Refused", refusal: { _tag: "AlreadyLent", to: "ada" } })
    .thenSends([Process.send(Card, "bob", { _tag: "Give", book: "dune" }, { label: "undo card" })])
    .whenAnswered("undo card", { _tag: "Succeeded" })
    .thenPhase("1", "Compensated")
})

await test("when the card is full, there is nothing to undo", () => {
  requested.whenAnswered("card", { _tag: "Refused", refusal: { _tag: "CardFull" } }).thenPhase("1", "Compensated")
})
