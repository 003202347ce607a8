/** Step 1: events, and the state that they fold to. */
import { Result } from "effect"
import { View } from "refold"
import { BookAcquired, BookLent, BookReturned, codec } from "./BookEvents.ts"
import { view } from "./BookState.ts"

const history = [
  BookAcquired.make({ title: "Dune" }),
  BookLent.make({ to: "ada" }),
  BookReturned.make({ by: "ada" }),
  BookLent.make({ to: "bob" })
]

console.log("What a store keeps:")
for (const event of history) console.log(" ", JSON.stringify(Result.getOrThrow(codec.encode(event))))

console.log("The state after each event:")
for (const count of history.keys()) {
  console.log(" ", JSON.stringify(View.fold(view, history.slice(0, count + 1))))
}
