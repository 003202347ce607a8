import { Effect, Option, Result } from "effect"
import {
  Aggregate,
  CommandHandler,
  Decider,
  type EventCodec,
  MemoryStore,
  ProcessHandler,
  ProcessInstances,
  ProcessRunner,
  Projector,
  State
} from "refold"
import { expect, it } from "vitest"
import * as Example from "../../examples/howto/ChangingProcess.ts"

type Loan = EventCodec.EventOf<typeof Example.loans>

const record = CommandHandler.make(Aggregate.makeUnsafe({
  category: "loan",
  events: Example.loans,
  decider: Decider.make<Loan, null, Loan, never>({
    initialState: null,
    decide: (event) => Result.succeed([event]),
    evolve: (state) => state
  })
}))

const catchUp = ProcessRunner.catchUp(Example.reminders, { handlers: [ProcessHandler.of(Example.Letters)] })
const letters = Effect.map(State.load(Example.Letters, "Emma"), ({ state }) => state)
const run = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services>) =>
  Effect.runPromise(Effect.provide(effect, MemoryStore.layer))

it("a command that an old release recorded is upcast", () =>
  run(Effect.gen(function*() {
    yield* record("1", Example.lent("Emma", "2100-01-01"))
    yield* Projector.catchUp(ProcessRunner.observer(Example.oldReminders))
    yield* catchUp
    expect(yield* letters).toEqual(["Your loan: Emma"])
  })))

it("a date in the past is due at once, and a book that is lent again starts its instance again", () =>
  run(Effect.gen(function*() {
    for (const loan of ["1", "2"]) {
      yield* record(loan, Example.lent("Emma", "2020-01-01"))
      yield* catchUp
      yield* record(loan, Example.returned("Emma"))
      yield* catchUp
    }
    expect(yield* letters).toEqual(["Overdue: Emma", "Overdue: Emma"])
    const { state } = yield* ProcessInstances.get(Example.reminders, "Emma")
    expect(state.state).toEqual(Result.succeed({ loans: 1 }))
  })))

it("an instance names the types that its state leaves out", () =>
  run(Effect.gen(function*() {
    yield* record("1", Example.lent("Emma", "2100-01-01"))
    yield* record("1", Example.renewed("Emma", "2100-02-01"))
    yield* catchUp
    yield* record("2", Example.lent("Dune", "2100-01-01"))
    yield* Example.takeOutRenewals
    yield* ProcessRunner.catchUp(Example.withoutRenewals, { handlers: [ProcessHandler.of(Example.Letters)] })
    expect(yield* Example.withUnknownTypes).toEqual([{ instance: "Emma", unknownTypes: ["Renewed"] }])
  })))

it("commands are given up with a reason", () =>
  run(Effect.gen(function*() {
    yield* record("1", Example.lent("Emma", "2100-01-01"))
    yield* Projector.catchUp(ProcessRunner.observer(Example.oldReminders))
    yield* Example.giveUpAll("Emma", "letter", "letters are printed elsewhere")
    yield* catchUp
    expect(yield* letters).toEqual([])
    const last = (yield* ProcessInstances.history(Example.reminders, "Emma")).at(-1)
    expect(Option.fromUndefinedOr(last)).toMatchObject({
      value: { event: { trigger: { outcome: { _tag: "GivenUp", reason: "letters are printed elsewhere" } } } }
    })
  })))
