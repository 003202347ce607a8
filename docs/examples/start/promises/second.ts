/** A coffee card: each drink gives a stamp, three stamps pay for a drink. */
// #region imports
import { openEmbedded } from "@refold/postgres/promise"
import { Schema } from "effect"
import { Aggregate, AsOf, Decider, EventCodec, EventType } from "refold"
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
    if (_tag === "Buy") return { events: [Stamped.make({ drink })] }
    return stamps < 3 ? { refused: { _tag: "NotEnoughStamps" } } : { events: [Redeemed.make({ drink })] }
  }
})

const codec = EventCodec.makeUnsafe([Stamped, Redeemed])
const Card = Aggregate.makeUnsafe({ category: "card", events: codec, commands: Command, decider })

// #region store
const store = await openEmbedded({ dataDir: "./data" })
// #endregion

// Loads the card, decides, and appends the events; on a version conflict it decides again.
const handle = store.handler(Card)

await handle("ada", { _tag: "Buy", drink: "espresso" })
await handle("ada", { _tag: "Buy", drink: "flat white" })
await handle("ada", { _tag: "Buy", drink: "mocha" }, { idempotencyKey: "receipt-3" })
// The same command under the same key is stored once.
await handle("ada", { _tag: "Buy", drink: "mocha" }, { idempotencyKey: "receipt-3" })
await handle("ada", { _tag: "Redeem", drink: "cortado" }, { idempotencyKey: "voucher-1" })
// `handle` rejects where `handle.try` gives the error as a value.
const second = await handle.try("ada", { _tag: "Redeem", drink: "latte" })

const now = await store.load(Card, "ada")
const before = await store.load(Card, "ada", { asOf: AsOf.version(3) })
console.log(`Ada has ${now.state} stamps after ${now.version} events.`)
console.log(`She had ${before.state} after 3 events.`)
if (!second.ok && second.error._tag === "Refused") {
  console.log(`A second free drink was refused: ${second.error.refusal._tag}.`)
}

await store.close()
