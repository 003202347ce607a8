/** A program that takes requests: 60 of them, two for each of 30 books, by two readers. It may be killed and started again. */
import { Console, Effect } from "effect"
import { CommandHandler } from "refold"
import { Request } from "./Request.ts"
import { store } from "./Store.ts"

const request = CommandHandler.make(Request)

const program = Effect.gen(function*() {
  for (let n = 1; n <= 60; n++) {
    const second = n <= 30 ? 0 : 1
    const loan = { book: `b${n % 30}`, reader: `r${(n + second) % 30}`, weeks: 2 }
    // Started again, the desk sends all its requests again. Those that are stored are not stored twice.
    yield* request(`${n}`, loan, { idempotencyKey: `request-${n}` })
    yield* Console.log(`request ${n}`)
  }
})

await Effect.runPromise(Effect.provide(program, store))
