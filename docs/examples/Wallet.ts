/** A wallet: the smallest aggregate that shows every part. */
// #region imports
import { Schema } from "effect"
import { Aggregate, Decider, EventCodec, EventType } from "refold"
// #endregion

// #region events
// The names and fields of these events are the storage format: change them with an upcaster only.
export const Deposited = EventType.make("Deposited", Schema.Struct({ cents: Schema.Int })).pipe(
  // Version 2 adds the source of the money; older events are read as cash.
  EventType.upcast(Schema.Struct({ cents: Schema.Int, from: Schema.String }), (v1) => ({ ...v1, from: "cash" }))
)
export const Withdrawn = EventType.make("Withdrawn", Schema.Struct({ cents: Schema.Int }))

export const codec = EventCodec.makeUnsafe([Deposited, Withdrawn])
export type WalletEvent = typeof Deposited.Event | typeof Withdrawn.Event
// #endregion

// #region decider
// What commands must look like; whether they make sense is for the decider to say.
export const WalletCommand = Schema.Union([
  Schema.TaggedStruct("Deposit", { cents: Schema.Int, from: Schema.String }),
  Schema.TaggedStruct("Withdraw", { cents: Schema.Int })
])
export type WalletCommand = typeof WalletCommand.Type

export type WalletRefusal = { readonly _tag: "NotEnough"; readonly balance: number } | { readonly _tag: "Full" }

const capacity = 100_000

export const decider = Decider.make<WalletCommand, number, WalletEvent, WalletRefusal>({
  initialState: 0,
  decide: (command, balance) => {
    switch (command._tag) {
      case "Deposit":
        return balance + command.cents <= capacity
          ? Decider.accept(Deposited.make({ cents: command.cents, from: command.from }))
          : Decider.refuse({ _tag: "Full" })
      case "Withdraw":
        return balance >= command.cents
          ? Decider.accept(Withdrawn.make({ cents: command.cents }))
          : Decider.refuse({ _tag: "NotEnough", balance })
    }
  },
  evolve: (balance, event) => (event._tag === "Deposited" ? balance + event.cents : balance - event.cents)
})

export const Wallet = Aggregate.makeUnsafe({ category: "wallet", events: codec, commands: WalletCommand, decider })
// #endregion
