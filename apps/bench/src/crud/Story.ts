/** Three months of two accounts, which the questions are about. */
import * as Effect from "effect/Effect"
import type { Books, BooksFailed } from "./Books.ts"
import type { Booked, Operation } from "./Operation.ts"

const on = (month: number, day: number, hour: number): Date => new Date(Date.UTC(2026, month - 1, day, hour))

const cash = "opened with cash"

/** The operations, in order. */
export const operations: ReadonlyArray<Operation> = [
  { _tag: "Deposit", account: "ada", cents: 100_00, by: "branch 7", why: cash, at: on(3, 1, 9) },
  { _tag: "Deposit", account: "bob", cents: 50_00, by: "branch 7", why: cash, at: on(3, 1, 10) },
  { _tag: "Withdraw", account: "ada", cents: 60_00, by: "ada", why: "rent", at: on(3, 5, 12) },
  { _tag: "Withdraw", account: "ada", cents: 35_00, by: "ada", why: "coffee machine", at: on(3, 7, 8) },
  { _tag: "Charge", account: "ada", cents: 10_00, by: "night run", why: "fee: card", at: on(3, 12, 1) },
  { _tag: "Withdraw", account: "ada", cents: 20_00, by: "ada", why: "shoes", at: on(3, 14, 15) },
  { _tag: "Deposit", account: "ada", cents: 200_00, by: "employer", why: "salary", at: on(3, 20, 7) },
  { _tag: "Charge", account: "ada", cents: 2_50, by: "night run", why: "fee: March", at: on(3, 31, 23) },
  { _tag: "Withdraw", account: "ada", cents: 50_00, by: "ada", why: "bicycle", at: on(4, 6, 17) },
  { _tag: "Charge", account: "ada", cents: 1_50, by: "night run", why: "fee: April", at: on(4, 7, 23) },
  { _tag: "Transfer", from: "ada", to: "bob", cents: 41_00, by: "ada", why: "dinner", at: on(4, 8, 21) }
]

/** The instant of the question about the past. */
export const noon = on(3, 10, 12)

/** The month of the new report: its start, and the start of the next. */
export const march = { from: on(3, 1, 0), to: on(4, 1, 0) }

/** Runs the operations in these books, in order. */
export const happen = (books: Books): Effect.Effect<ReadonlyArray<Booked>, BooksFailed> =>
  Effect.andThen(books.open(["ada", "bob"], 0), Effect.forEach(operations, books.book))
