/** The coffee card of the first file, with promises. */
import { Schema } from "effect"
import { Aggregate, AsOf, Decider, EventCodec, EventType } from "refold"
import { openMemory } from "refold/promise"

const Stamped = EventType.make("Stamped", Schema.Struct({ drink: Schema.String }))
const Redeemed = EventType.make("Redeemed", Schema.Struct({ drink: Schema.String }))

const Command = Schema.TaggedUnion({ Buy: { drink: Schema.String }, Redeem: { drink: Schema.String } })

// `decide` may return a plain object: events, or why the command is refused.
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

// #region program
const store = await openMemory()
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
// #endregion
