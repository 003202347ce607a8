import { Effect, Option, Result } from "effect"
import {
  Aggregate,
  CommandHandler,
  Decider,
  EventCodec,
  MemoryStore,
  ProcessHandler,
  ProcessInstances,
  ProcessRunner,
  State
} from "refold"
import { expect, it } from "vitest"
import * as EmbeddedStore from "../../../packages/postgres/test/support/EmbeddedStore.ts"
import * as Example from "../../examples/howto/Sagas.ts"

// Stores any event of a bank or a shop.
const codec = EventCodec.makeUnsafe([Example.OrderPlaced, Example.PaymentReceived, Example.PaymentRefused])
type Event = EventCodec.EventOf<typeof codec>
const Shop = Aggregate.makeUnsafe({
  category: "shop",
  events: codec,
  decider: Decider.make<Event, null, Event, never>({
    initialState: null,
    decide: (event) => Decider.accept(event),
    evolve: () => null
  })
})
const store = (event: Event) => CommandHandler.make(Shop)("1", event)

const run = (saga: typeof Example.firstRelease) =>
  ProcessRunner.catchUp(saga, { handlers: [ProcessHandler.of(Example.Tasks)] })
const tasks = (order: string) => Effect.map(State.load(Example.Tasks, order), ({ state }) => state)

const told = Effect.gen(function*() {
  // Order 1 is placed and paid under the first release, order 2 stands at "pay", order 3 is paid before it is placed.
  for (const order of ["1", "2"]) yield* store(Example.OrderPlaced.make({ order }))
  yield* store(Example.PaymentReceived.make({ order: "1" }))
  yield* store(Example.PaymentReceived.make({ order: "3" }))
  yield* run(Example.firstRelease)
  yield* store(Example.OrderPlaced.make({ order: "3" }))
  yield* store(Example.PaymentReceived.make({ order: "2" }))
  yield* run(Example.secondRelease)
  return yield* Effect.forEach(["1", "2", "3"], tasks)
})

const removed = Effect.gen(function*() {
  yield* store(Example.OrderPlaced.make({ order: "4" }))
  yield* run(Example.firstRelease)
  yield* store(Example.PaymentRefused.make({ order: "4" }))
  yield* run(Example.thirdRelease)
  const { rows } = yield* Example.stuck
  yield* Example.resume("4", "the insurance was ended by telephone")
  yield* run(Example.thirdRelease)
  const { state: { state, status } } = yield* ProcessInstances.get(Example.thirdRelease, "4")
  return {
    stuck: rows.map((row) => row.state.instance),
    state: Result.getOrThrow(state),
    status,
    tasks: yield* tasks("4")
  }
})

const layers = [MemoryStore.layer, EmbeddedStore.layer()]

it("an early payment counts, and a saga continues with the steps of a new release", async () => {
  for (const layer of layers) {
    expect(await Effect.runPromise(Effect.provide(told, layer))).toEqual([
      ["reserve", "insure", "ask for the payment", "ship"],
      ["reserve", "insure", "ask for the payment", "wrap", "ship"],
      ["hold", "ask for the payment", "wrap", "ship"]
    ])
  }
})

it("a removed step cannot be compensated: an operator resumes the saga without it", async () => {
  for (const layer of layers) {
    const { state, ...rest } = await Effect.runPromise(Effect.provide(removed, layer))
    expect(rest).toEqual({
      stuck: ["4"],
      status: "Completed",
      tasks: ["reserve", "insure", "ask for the payment", "release"]
    })
    expect(state).toMatchObject({ status: "Compensated", completed: ["insure"] })
  }
})

it("a retired step is compensated if it was completed", async () => {
  const retired = Effect.gen(function*() {
    yield* store(Example.OrderPlaced.make({ order: "5" }))
    yield* run(Example.firstRelease)
    yield* store(Example.PaymentRefused.make({ order: "5" }))
    yield* run(Example.secondRelease)
    const { rows: [row] } = yield* ProcessInstances.query(Example.secondRelease)
    return { tasks: yield* tasks("5"), due: row?.state.due, status: row?.state.status }
  })
  expect(await Effect.runPromise(Effect.provide(retired, MemoryStore.layer))).toEqual({
    tasks: ["reserve", "insure", "ask for the payment", "end the insurance", "release"],
    due: Option.none(),
    status: "Completed"
  })
})
