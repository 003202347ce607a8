/** A wallet: the smallest aggregate that shows every part. */
import { Aggregate, Decider, EventCodec, EventType } from "@refold/core"
import { Result, Schema } from "effect"

// #region events
// The names and fields of these events are the storage format: change them with an upcaster only.
export const Deposited = EventType.make("Deposited", Schema.Struct({ cents: Schema.Int })).pipe(
  // Version 2 knows where the money came from; what was stored before is read as cash.
  EventType.upcast(Schema.Struct({ cents: Schema.Int, from: Schema.String }), (v1) => ({ ...v1, from: "cash" }))
)
export const Withdrawn = EventType.make("Withdrawn", Schema.Struct({ cents: Schema.Int }))

export const codec = EventCodec.makeUnsafe([Deposited, Withdrawn])
export type WalletEvent = typeof Deposited.Event | typeof Withdrawn.Event
// #endregion

// #region decider
export type WalletCommand =
  | { readonly _tag: "Deposit"; readonly cents: number; readonly from: string }
  | { readonly _tag: "Withdraw"; readonly cents: number }

export interface NotEnough {
  readonly _tag: "NotEnough"
  readonly balance: number
}

export const decider = Decider.make<WalletCommand, number, WalletEvent, NotEnough>({
  initialState: 0,
  decide: (command, balance) => {
    switch (command._tag) {
      case "Deposit":
        return Result.succeed([Deposited.make({ cents: command.cents, from: command.from })])
      case "Withdraw":
        return balance >= command.cents
          ? Result.succeed([Withdrawn.make({ cents: command.cents })])
          : Result.fail({ _tag: "NotEnough", balance })
    }
  },
  evolve: (balance, event) => (event._tag === "Deposited" ? balance + event.cents : balance - event.cents)
})

export const Wallet = Aggregate.makeUnsafe({ category: "wallet", codec, decider })
// #endregion
