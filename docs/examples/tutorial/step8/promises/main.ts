/** Step 8: a desk and two offices, three programs on one PostgreSQL. The desk and an office are killed while they work. */
import { setTimeout } from "node:timers/promises"
import { ProcessInstances, ProjectionError } from "refold"
import { Book } from "./Book.ts"
import { Card } from "./Card.ts"
import { Checkout } from "./Checkout.ts"
import { kill, printed, start } from "./Programs.ts"
import { Readers } from "./Readers.ts"
import { store } from "./Store.ts"

const handle = store.handler(Book)

const countPhase = async (phase: string) => {
  try {
    const query = { index: "phase", where: { phase }, limit: 100 } as const
    const { rows } = await store.effect(ProcessInstances.query(Checkout, query))
    return rows.length
  } catch (error) {
    if (error instanceof ProjectionError.ProjectionNotReady) return 0
    throw error
  }
}

// Waits until so many checkouts have ended.
const ended = async (count: number) => {
  while (true) {
    await setTimeout(20)
    const succeeded = await countPhase("Succeeded")
    const compensated = await countPhase("Compensated")
    if (succeeded + compensated >= count) return { succeeded, compensated }
  }
}

const eventsOf = async (type: string) => {
  const events = []
  for await (const event of store.readAll({ types: [type] })) events.push(event)
  return events
}

const killedWhileTheyWork = async () => {
  const offices = [start("office.ts"), start("office.ts")] as const
  await Promise.all(offices.map((office) => printed(office, "open")))

  const desk = start("desk.ts")
  await printed(desk, "request 20")
  await kill(desk)
  console.log("The desk is killed at request 20 of 60, and started again.")
  const again = start("desk.ts")

  await ended(10)
  await kill(offices[0])
  console.log("An office is killed after 10 checkouts. The other one goes on.")
  await printed(again, "request 60")
  return { ...await ended(60), office: offices[1] }
}

for (let n = 0; n < 30; n++) {
  await handle(`b${n}`, { _tag: "Acquire", title: `Book ${n}` }, { idempotencyKey: `delivery-${n}` })
}
const { compensated, office, succeeded } = await killedWhileTheyWork()
console.log(`Requests stored: ${(await eventsOf("LoanRequested")).length}`)
console.log(`Checkouts: ${succeeded} succeeded, ${compensated} compensated`)

const lent = await eventsOf("BookLent")
const { rows } = await store.rows(Readers).after(lent.at(-1)!.position).query()
const loans = rows.reduce((sum, { state }) => sum + state.loans, 0)
console.log(`Loans: ${lent.length} events, ${loans} in the rows`)

const cards = await Promise.all(Array.from({ length: 30 }, (_, n) => store.load(Card, `r${n}`)))
const places = cards.reduce((sum, { state }) => sum + state.length, 0)
console.log(`Places taken on cards: ${places}`)

await kill(office)
await store.close()
