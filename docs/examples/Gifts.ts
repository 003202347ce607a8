/** Money that goes from one wallet to another, as a saga: two steps, and what is done when the second is refused. */
import { Effect, Option, Schema } from "effect"
import {
  Aggregate,
  CommandHandler,
  Decider,
  EventCodec,
  EventType,
  Process,
  ProcessHandler,
  ProcessInstances,
  ProcessRunner,
  Saga,
  State,
  StreamName
} from "refold"
import { Wallet } from "./Wallet.ts"

// #region gift
const Promised = Schema.Struct({ from: Schema.String, to: Schema.String, cents: Schema.Int })
export const GiftPromised = EventType.make("GiftPromised", Promised)

export const Gift = Aggregate.makeUnsafe({
  category: "gift",
  events: EventCodec.makeUnsafe([GiftPromised]),
  decider: Decider.make<typeof Promised.Type, boolean, typeof GiftPromised.Event, { readonly _tag: "AlreadyPromised" }>(
    {
      initialState: false,
      decide: (gift, isPromised) =>
        isPromised ? Decider.refuse({ _tag: "AlreadyPromised" }) : Decider.accept(GiftPromised.make(gift)),
      evolve: () => true
    }
  )
})
// #endregion

// #region saga
export const Giving = Saga.makeUnsafe<typeof GiftPromised.Event, typeof Promised.Type>({
  name: "giving",
  events: Gift.events,
  targets: [Wallet],
  start: (gift, { stream }) => Option.some({ id: StreamName.id(stream), data: gift }),
  steps: [
    {
      name: "pay",
      command: ({ cents, from }) => Process.send(Wallet, from, { _tag: "Withdraw", cents }),
      compensate: ({ cents, from }) => Process.send(Wallet, from, { _tag: "Deposit", cents, from: "a gift returned" })
    },
    {
      name: "give",
      command: ({ cents, to }) => Process.send(Wallet, to, { _tag: "Deposit", cents, from: "a gift" })
    }
  ]
})
// #endregion

// #region run
export const birthday = Effect.gen(function*() {
  yield* ProcessRunner.start(Giving, { handlers: [ProcessHandler.of(Wallet)] })
  const handle = CommandHandler.make(Wallet)
  yield* handle("ada", { _tag: "Deposit", cents: 1000, from: "salary" })
  yield* handle("carl", { _tag: "Deposit", cents: 99_900, from: "lottery" })

  const promise = CommandHandler.make(Gift)
  yield* promise("1", { from: "ada", to: "bob", cents: 300 })
  // The wallet of the receiver is full: the money is returned.
  yield* promise("2", { from: "ada", to: "carl", cents: 300 })

  const gifts = Effect.forEach(["1", "2"], (id) => ProcessInstances.get(Giving, id))
  const phases = Effect.map(gifts, (all) => all.map(({ state }) => state.pending.phase))
  const over = yield* Effect.repeat(Effect.delay(phases, "10 millis"), {
    until: ([first, second]) => first === "Succeeded" && second === "Compensated"
  })
  return { over, ada: (yield* State.load(Wallet, "ada")).state }
}).pipe(Effect.scoped)
// #endregion
