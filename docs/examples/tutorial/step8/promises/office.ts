/** A program that does the work behind the desk: rows, checkouts and returns. Any number of them may run. */
import { ProcessHandler } from "refold"
import { Book } from "./Book.ts"
import { Card } from "./Card.ts"
import { Checkout } from "./Checkout.ts"
import { Readers } from "./Readers.ts"
import { Returns } from "./Returns.ts"
import { store } from "./Store.ts"

const handlers = [ProcessHandler.of(Card), ProcessHandler.of(Book)]

const running = [
  await store.project(Readers),
  await store.run(Checkout, { handlers }),
  await store.run(Returns, { handlers })
]
console.log("open")
// They run until the program is killed, or until one of them ends with an error.
await Promise.all(running.map(({ done }) => done))
