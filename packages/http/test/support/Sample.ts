/** Wallets and cards over HTTP on a store in memory, with rows of wallets. */
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import {
  Aggregate,
  type CommandHandler,
  Decider,
  EventCodec,
  EventType,
  MemoryStore,
  type Middleware,
  Projection,
  Projector
} from "refold"
import { Http } from "../../src/index.ts"

const Deposited = EventType.make("Deposited", Schema.Struct({ cents: Schema.Int }))
const Withdrawn = EventType.make("Withdrawn", Schema.Struct({ cents: Schema.Int, at: Schema.Date }))
export const codec = EventCodec.makeUnsafe([Deposited, Withdrawn])
export type WalletEvent = typeof Deposited.Event | typeof Withdrawn.Event
export const deposited = Deposited.make
export const withdrawn = Withdrawn.make

// One name with another meaning in `Cards`.
const Note = Schema.Struct({ text: Schema.String }).annotate({ identifier: "Note" })

export const WalletCommand = Schema.Union([
  Schema.TaggedStruct("Deposit", { cents: Schema.Int, note: Schema.optionalKey(Note) }),
  Schema.TaggedStruct("Withdraw", { cents: Schema.Int, at: Schema.Date }),
  Schema.TaggedStruct("Touch", {}),
  Schema.TaggedStruct("Break", {})
])
export type WalletCommand = typeof WalletCommand.Type
export type WalletRefusal = { readonly _tag: "NotEnough"; readonly balance: number; readonly digits: bigint } | "Closed"

export const WalletState = Schema.Struct({ balance: Schema.Int, last: Schema.NullOr(Schema.Date) })
type WalletState = typeof WalletState.Type

export const Wallet = Aggregate.makeUnsafe({
  category: "wallet",
  events: codec,
  commands: WalletCommand,
  decider: Decider.make<WalletCommand, WalletState, WalletEvent, WalletRefusal>({
    initialState: { balance: 0, last: null },
    decide: (command, { balance }) => {
      switch (command._tag) {
        case "Deposit":
          return command.cents < 0
            ? Decider.refuse("Closed")
            : Decider.accept(Deposited.make({ cents: command.cents }))
        case "Withdraw":
          return balance < command.cents
            ? Decider.refuse({ _tag: "NotEnough", balance, digits: BigInt(balance) })
            : Decider.accept(Withdrawn.make({ cents: command.cents, at: command.at }))
        case "Touch":
          return Decider.accept()
        case "Break":
          throw new Error("secret-of-the-decider")
      }
    },
    evolve: ({ balance, last }, event) =>
      event._tag === "Deposited"
        ? { balance: balance + event.cents, last }
        : { balance: balance - event.cents, last: event.at }
  })
})

const Issued = EventType.make("Issued", Schema.Struct({ to: Schema.String }))
export const Card = Aggregate.makeUnsafe({
  category: "card",
  events: EventCodec.makeUnsafe([Issued]),
  commands: Schema.TaggedStruct("Issue", {
    to: Schema.String,
    note: Schema.optionalKey(Schema.Int.annotate({ identifier: "Note" }))
  }),
  decider: Decider.make({
    initialState: 0,
    decide: ({ to }: { readonly _tag: "Issue"; readonly to: string }): Decider.Decision<typeof Issued.Event, never> =>
      Decider.accept(Issued.make({ to })),
    evolve: (count) => count + 1
  })
})

export const Wallets = Projection.makeUnsafe({
  name: "wallet_rows",
  version: 1,
  events: codec,
  categories: ["wallet"],
  keys: Projection.byStream,
  state: Schema.Struct({ cents: Schema.Int, isRich: Schema.Boolean }),
  initialState: { cents: 0, isRich: false },
  evolve: ({ cents }, event) => {
    const next = event._tag === "Deposited" ? cents + event.cents : cents - event.cents
    return { cents: next, isRich: next >= 1000 }
  },
  indexes: { byCents: ["cents"], byRich: ["isRich", "cents"] }
})

/** A store with a projector of the rows. */
export const layer = Layer.effectDiscard(Projector.start(Wallets)).pipe(Layer.provideMerge(MemoryStore.layer))

interface Options extends Omit<Http.Definition, "aggregates" | "rows"> {
  readonly wallet?: Http.AggregateOptions<WalletState, WalletCommand["_tag"]>
  readonly handler?: CommandHandler.HandlerOptions<WalletState>
  readonly middleware?: ReadonlyArray<Middleware.Middleware>
}

/** The API of the sample. */
export const apiOf = ({ handler, wallet, ...options }: Options = {}) =>
  Http.makeUnsafe({
    events: {},
    ...options,
    aggregates: {
      wallet: Http.aggregate(Wallet, { state: WalletState, handler, ...wallet }),
      card: Http.aggregate(Card, {})
    },
    rows: { wallets: Http.rows(Wallets) }
  })
