/** The rules of lending as examples: given these events, when this command, then these events or this refusal. */
import * as Spec from "@refold/laws/Spec"
import { test } from "node:test"
import { decider } from "./BookDecider.ts"
import { BookAcquired, BookLent, BookReturned } from "./BookEvents.ts"

const dune = Spec.for(decider).given([BookAcquired.make({ title: "Dune" })])

await test("a book on the shelf is lent", () => {
  dune.when({ _tag: "Lend", to: "ada", weeks: 2 }).then([BookLent.make({ to: "ada", weeks: 2 })])
})

await test("a book on loan is not lent a second time", () => {
  dune.given([BookLent.make({ to: "ada", weeks: 2 })])
    .when({ _tag: "Lend", to: "bob", weeks: 2 })
    .thenRefused({ _tag: "AlreadyLent", to: "ada" })
})

await test("a return names the reader, although the command does not", () => {
  dune.given([BookLent.make({ to: "ada", weeks: 2 })]).when({ _tag: "Return" }).then([BookReturned.make({ by: "ada" })])
})

await test("a book that the library does not own is not lent", () => {
  Spec.for(decider).when({ _tag: "Lend", to: "ada", weeks: 2 }).thenRefused({ _tag: "NotInLibrary" })
})
