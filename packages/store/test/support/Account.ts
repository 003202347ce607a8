// A minimal bank account, and how tests run its handlers and loads.
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as EventStore from "@refold/store/log/EventStore"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"

const Deposited = EventType.make("Deposited", Schema.Struct({ amount: Schema.Number }))
const Withdrawn = EventType.make("Withdrawn", Schema.Struct({ amount: Schema.Number }))
export type Event = typeof Deposited.Event | typeof Withdrawn.Event

export const codec = EventCodec.makeUnsafe([Deposited, Withdrawn])

export type Command =
  | { readonly _tag: "Deposit"; readonly amounts: ReadonlyArray<number> }
  | { readonly _tag: "Withdraw"; readonly amount: number }

export const deposit = (...amounts: ReadonlyArray<number>): Command => ({ _tag: "Deposit", amounts })
export const withdraw = (amount: number): Command => ({ _tag: "Withdraw", amount })

export interface State {
  readonly balance: number
}

export interface Overdrawn {
  readonly _tag: "Overdrawn"
  readonly balance: number
}

export const decider = Decider.make<Command, State, Event, Overdrawn>({
  initialState: { balance: 0 },
  decide: (command, { balance }) => {
    if (command._tag === "Deposit") return Result.succeed(command.amounts.map((amount) => Deposited.make({ amount })))
    if (command.amount > balance) return Result.fail({ _tag: "Overdrawn", balance })
    return Result.succeed([Withdrawn.make({ amount: command.amount })])
  },
  evolve: ({ balance }, { _tag, amount }) => ({ balance: balance + (_tag === "Deposited" ? amount : -amount) })
})

export const account = Aggregate.makeUnsafe({ category: "account", events: codec, decider })

export const snapshots: Aggregate.SnapshotDefinition<State> = {
  name: "balance",
  version: 1,
  state: Schema.Struct({ balance: Schema.Number }),
  every: 3
}

/** The same account with a snapshot at every third event. */
export const withSnapshots = Aggregate.makeUnsafe({ category: "account", events: codec, decider, snapshots })

export const stream = (id: string): StreamName.StreamName => Result.getOrThrow(StreamName.make("account", id))

/** An instant in milliseconds after 1970. */
export const at = (millis: number): DateTime.Utc => DateTime.makeUnsafe(millis)

/** Runs against a store of its own, by the machine's clock; what runs in its scope ends with it. */
export const run = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services | Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.provide(Effect.scoped(effect), MemoryStore.layer))

/** Runs against a store of its own, by a test clock that starts at 0. */
export const runAtZero = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services | Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.provide(Effect.scoped(effect), Layer.mergeAll(MemoryStore.layer, TestClock.layer())))

/** An event to append without a handler. */
export const stored = (n: number, fields: Partial<NewEvent> = {}): NewEvent => ({
  // Padded with zeros it is a UUID.
  id: `00000000-0000-7000-8000-${String(n).padStart(12, "0")}` as NewEvent["id"],
  type: "Deposited",
  schemaVersion: 1,
  data: { amount: n },
  metadata: {},
  occurredAt: at(0),
  ...fields
})

/** Appends to an account without a handler. */
export const append = (id: string, ...events: NonEmptyReadonlyArray<NewEvent>) =>
  Effect.flatMap(EventStore.EventStore, (store) => store.append(stream(id), events))

/** The stored events of an account. */
export const history = (id: string) =>
  Effect.flatMap(EventStore.EventStore, (store) => Stream.runCollect(store.readStream(stream(id))))

/** The event store as an effect sees it, with some of its operations replaced. */
export const withStore =
  (change: (store: EventStore.EventStore["Service"]) => Partial<EventStore.Adapter>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.flatMap(EventStore.EventStore, (store) => {
      const { append: _, ...adapter } = store
      return Effect.provideContext(effect, EventStore.context({ ...adapter, ...change(store) }))
    })

/** Runs at most `n` times, then does nothing. */
export const times = <E, R>(n: number, effect: Effect.Effect<unknown, E, R>): Effect.Effect<void, E, R> => {
  let left = n
  return Effect.suspend(() => left-- > 0 ? Effect.asVoid(effect) : Effect.void)
}
