/** A coffee card: each drink gives a stamp, three stamps pay for a drink. */
// #region imports
import { PostgresStore } from "@refold/postgres"
import { Console, Effect, Schema } from "effect"
import { Aggregate, AsOf, CommandHandler, Decider, EventCodec, EventType, State } from "refold"
// #endregion

// Events: what happened. Their names and fields are the storage format.
const Stamped = EventType.make("Stamped", Schema.Struct({ drink: Schema.String }))
const Redeemed = EventType.make("Redeemed", Schema.Struct({ drink: Schema.String }))

// Commands: what is requested.
const Command = Schema.TaggedUnion({ Buy: { drink: Schema.String }, Redeem: { drink: Schema.String } })

// The decider: pure functions. `evolve` folds events into the number of stamps; `decide` returns events or a refusal.
const decider = Decider.make<
  typeof Command.Type,
  number,
  typeof Stamped.Event | typeof Redeemed.Event,
  { readonly _tag: "NotEnoughStamps" }
>({
  initialState: 0,
  evolve: (stamps, event) => (event._tag === "Stamped" ? stamps + 1 : stamps - 3),
  decide: ({ _tag, drink }, stamps) => {
    if (_tag === "Buy") return Decider.accept(Stamped.make({ drink }))
    return stamps < 3 ? Decider.refuse({ _tag: "NotEnoughStamps" }) : Decider.accept(Redeemed.make({ drink }))
  }
})

const codec = EventCodec.makeUnsafe([Stamped, Redeemed])
const Card = Aggregate.makeUnsafe({ category: "card", events: codec, commands: Command, decider })

// Loads the card, decides, and appends the events; on a version conflict it decides again.
const handle = CommandHandler.make(Card)

const program = Effect.gen(function*() {
  yield* handle("ada", { _tag: "Buy", drink: "espresso" })
  yield* handle("ada", { _tag: "Buy", drink: "flat white" })
  yield* handle("ada", { _tag: "Buy", drink: "mocha" }, { idempotencyKey: "receipt-3" })
  // The same command under the same key is stored once.
  yield* handle("ada", { _tag: "Buy", drink: "mocha" }, { idempotencyKey: "receipt-3" })
  yield* handle("ada", { _tag: "Redeem", drink: "cortado" }, { idempotencyKey: "voucher-1" })
  const refusal = yield* Effect.flip(handle("ada", { _tag: "Redeem", drink: "latte" }))

  const now = yield* State.load(Card, "ada")
  const before = yield* State.load(Card, "ada", { asOf: AsOf.version(3) })
  yield* Console.log(`Ada has ${now.state} stamps after ${now.version} events.`)
  yield* Console.log(`She had ${before.state} after 3 events.`)
  yield* Console.log(`A second free drink was refused: ${refusal._tag}.`)
})

// #region store
const store = PostgresStore.layerEmbedded({ dataDir: "./data" })

await Effect.runPromise(Effect.provide(program, store))
// #endregion
