/** The cost of reading one balance: from a table, from a row with the events, from a snapshot, from all events. */
import * as Effect from "effect/Effect"
import { BooksFailed } from "./Books.ts"
import type { Contestants } from "./Contestants.ts"
import { balanceOfEvents } from "./EventBooks.ts"
import * as Rounds from "./Rounds.ts"
import * as Spread from "./Spread.ts"

/** One way to read. */
export interface Read {
  readonly name: string
  readonly microseconds: Spread.Spread
  /** Of the time, to that of the table in the same round. */
  readonly ratio: Spread.Spread
}

const account = "deep"

/** Books `depth` deposits on one account, and reads it again and again. */
export const measure = Effect.fnUntraced(function*(
  { events, locked, rows }: Pick<Contestants, "events" | "locked" | "rows">,
  { depth, reads, rounds }: { readonly depth: number; readonly reads: number; readonly rounds: number }
) {
  for (const { book, open } of [locked, events, rows]) {
    yield* open([account], 1_00)
    const deposit = { _tag: "Deposit", account, cents: 1, by: "ada", why: "a cent", at: new Date(0) } as const
    yield* Effect.forEach(Array.from({ length: depth - 1 }), () => book(deposit), { discard: true })
  }
  const ofAllEvents = balanceOfEvents(account).pipe(
    Effect.provideContext(events.store),
    Effect.mapError((cause) => new BooksFailed({ books: events.name, cause }))
  )
  const ways = [
    { name: "balances table, one row", read: locked.balance(account) },
    { name: "events + inline row", read: rows.balance(account) },
    { name: `snapshot and up to 100 events`, read: events.balance(account) },
    { name: `all ${depth.toLocaleString("en-US")} events`, read: ofAllEvents }
  ]
  const times = yield* Rounds.measure(ways, rounds, ({ read }) => typical(read, reads))
  return ways.map(({ name }, index): Read => ({
    name,
    microseconds: Spread.of(times[index]!),
    ratio: Spread.ratio(times[index]!, times[0]!)
  }))
})

// One after the other, as a single client would.
const typical = Effect.fnUntraced(function*<E>(read: Effect.Effect<number, E>, reads: number) {
  const times: Array<number> = []
  for (let index = 0; index < reads; index++) {
    const started = performance.now()
    yield* read
    times.push((performance.now() - started) * 1_000)
  }
  return Spread.of(times).median
})
