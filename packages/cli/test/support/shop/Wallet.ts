/* A wallet, with a projection, a process and a consumer that fail on lottery money until they are fixed. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Aggregate, Consumer, Decider, EventCodec, EventType, Process, Projection, StreamName } from "refold"

const Deposited = EventType.make("Deposited", Schema.Struct({ cents: Schema.Int })).pipe(
  EventType.upcast(Schema.Struct({ cents: Schema.Int, from: Schema.String }), (v1) => ({ ...v1, from: "cash" }))
)
const Withdrawn = EventType.make("Withdrawn", Schema.Struct({ cents: Schema.Int }))
const codec = EventCodec.makeUnsafe([Deposited, Withdrawn])
type WalletEvent = typeof Deposited.Event | typeof Withdrawn.Event

const Command = Schema.Union([
  Schema.TaggedStruct("Deposit", { cents: Schema.Int, from: Schema.String }),
  Schema.TaggedStruct("Withdraw", { cents: Schema.Int })
])

export const Wallet = Aggregate.makeUnsafe({
  category: "wallet",
  events: codec,
  commands: Command,
  decider: Decider.make<typeof Command.Type, { readonly balance: bigint }, WalletEvent, "never">({
    initialState: { balance: 0n },
    decide: (command) =>
      Decider.accept(
        command._tag === "Deposit"
          ? Deposited.make({ cents: command.cents, from: command.from })
          : Withdrawn.make({ cents: command.cents })
      ),
    evolve: ({ balance }, event) => ({
      balance: balance + BigInt(event._tag === "Deposited" ? event.cents : -event.cents)
    })
  })
})

const isLottery = (event: WalletEvent): boolean => event._tag === "Deposited" && event.from === "lottery"

interface Release {
  readonly repaired: boolean
}

export const balances = ({ repaired }: Release) =>
  Projection.makeUnsafe({
    name: "balances",
    version: 1,
    events: codec,
    keys: Projection.byStream,
    state: Schema.Struct({ cents: Schema.Int }),
    initialState: { cents: 0 },
    evolve: ({ cents }, event) => {
      if (isLottery(event) && !repaired) throw new RangeError("no such money")
      return { cents: event._tag === "Deposited" ? cents + event.cents : cents - event.cents }
    }
  })

export const fees = ({ repaired }: Release) =>
  Process.makeUnsafe<WalletEvent, null>({
    name: "fees",
    events: codec,
    categories: ["wallet"],
    targets: [Wallet],
    correlate: (event, { stream }) => isLottery(event) ? Option.some(StreamName.id(stream)) : Option.none(),
    initialState: null,
    evolve: () => null,
    react: (_, event, { instance }) => {
      if (event._tag !== "Deposited") return []
      if (!repaired) throw new Error("no fee is known")
      return [Process.send(Wallet, instance, { _tag: "Withdraw", cents: 100 })]
    }
  })

export const mail = ({ repaired }: Release) =>
  Consumer.makeUnsafe({
    name: "mail",
    events: codec,
    categories: ["wallet"],
    startAt: "start",
    handle: (event) => isLottery(event) && !repaired ? Effect.fail("no such mailbox") : Effect.void
  })
