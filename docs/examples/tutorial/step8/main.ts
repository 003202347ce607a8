/** Step 8: a desk and two offices, three programs on one PostgreSQL. The desk and an office are killed while they work. */
import { Console, Effect, Stream } from "effect"
import { CommandHandler, EventReader, ProcessInstances, ReadModel, State } from "refold"
import { Book } from "./Book.ts"
import { Card } from "./Card.ts"
import { Checkout } from "./Checkout.ts"
import { kill, printed, start } from "./Programs.ts"
import { Readers } from "./Readers.ts"
import { store } from "./Store.ts"

const handle = CommandHandler.make(Book)

const countPhase = (phase: string) =>
  ProcessInstances.query(Checkout, { index: "phase", where: { phase }, limit: 100 }).pipe(
    Effect.map(({ rows }) => rows.length),
    Effect.catchTag("ProjectionNotReady", () => Effect.succeed(0))
  )

// Waits until so many checkouts have ended.
const ended = (count: number) =>
  Effect.all([countPhase("Succeeded"), countPhase("Compensated")]).pipe(
    Effect.delay("20 millis"),
    Effect.repeat({ until: ([succeeded, compensated]) => succeeded + compensated >= count })
  )

const countEvents = Effect.fnUntraced(function*(type: string) {
  const { readAll } = yield* EventReader.EventReader
  return yield* Stream.runCount(readAll({ types: [type] }))
})

const killedWhileTheyWork = Effect.gen(function*() {
  const offices = yield* Effect.all([start("office.ts"), start("office.ts")])
  yield* Effect.forEach(offices, (office) => printed(office, "open"), { concurrency: "unbounded" })

  const desk = yield* start("desk.ts")
  yield* printed(desk, "request 20")
  yield* kill(desk)
  yield* Console.log("The desk is killed at request 20 of 60, and started again.")
  const again = yield* start("desk.ts")

  yield* ended(10)
  yield* kill(offices[0])
  yield* Console.log("An office is killed after 10 checkouts. The other one goes on.")
  yield* printed(again, "request 60")
  return yield* ended(60)
})

const program = Effect.gen(function*() {
  for (let n = 0; n < 30; n++) {
    yield* handle(`b${n}`, { _tag: "Acquire", title: `Book ${n}` }, { idempotencyKey: `delivery-${n}` })
  }
  const [succeeded, compensated] = yield* killedWhileTheyWork
  yield* Console.log(`Requests stored: ${yield* countEvents("LoanRequested")}`)
  yield* Console.log(`Checkouts: ${succeeded} succeeded, ${compensated} compensated`)

  yield* ReadModel.awaitPosition(Readers, yield* (yield* EventReader.EventReader).head)
  const { rows } = yield* ReadModel.query(Readers)
  const loans = rows.reduce((sum, { state }) => sum + state.loans, 0)
  yield* Console.log(`Loans: ${yield* countEvents("BookLent")} events, ${loans} in the rows`)

  const cards = yield* Effect.forEach(Array.from({ length: 30 }, (_, n) => `r${n}`), (id) => State.load(Card, id))
  const places = cards.reduce((sum, { state }) => sum + state.length, 0)
  yield* Console.log(`Places taken on cards: ${places}`)
}).pipe(Effect.scoped)

await Effect.runPromise(Effect.provide(program, store))
