// Transfers of coins on the memory adapter, by a small process whose parts tests replace, and by the saga.
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as Process from "@refold/core/process/Process"
import type { Signal } from "@refold/core/process/ProcessInput"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as Transfers from "@refold/laws/internal/process/Transfers"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"

export const handleJar = CommandHandler.make(Sample.aggregate)
export const handleTransfer = CommandHandler.make(Transfers.aggregate)
export const jars = ProcessHandler.withHandler(Sample.aggregate, handleJar)
export const transfers = ProcessHandler.withHandler(Transfers.aggregate, handleTransfer)
export const handlers = [jars, transfers]

export const add = (jar: string, coins: number) => handleJar(jar, { _tag: "Add", coins, notes: [] })
export const seal = (jar: string) => handleJar(jar, { _tag: "Seal" })
export const request = (id: string, from: string, to: string, coins: number) =>
  handleTransfer(id, { _tag: "Request", from, to, coins }, { metadata: { correlationId: `request ${id}` } })
export const coinsOf = (jar: string) => Effect.map(State.load(Sample.aggregate, jar), ({ state }) => state.coins)
export const stateOf = (id: string) => Effect.map(State.load(Transfers.aggregate, id), ({ state }) => state)

type Event = typeof Transfers.TransferRequested.Event
type Definition = Process.Definition<Transfers.Followed, ReadonlyArray<string>>
export type Input = Transfers.Followed | Signal

/** Coins for the jar that a request names. */
export const pay = ({ coins, to }: Event) => Process.send(Sample.aggregate, to, { _tag: "Add", coins, notes: [] })

/**
 * A process that pays the requests and keeps the tags of its inputs. Unlike a saga it does not take coins back. A test
 * gives the other parts.
 */
export const payments = (changes: Partial<Definition> = {}) =>
  Process.makeUnsafe<Transfers.Followed, ReadonlyArray<string>>({
    name: "payments",
    events: Transfers.events,
    categories: ["transfer"],
    targets: [Sample.aggregate],
    correlate: (_, { stream }) => Option.some(StreamName.id(stream)),
    initialState: [],
    evolve: (tags, { _tag }) => [...tags, _tag],
    react: (_, input) => input._tag === "TransferRequested" ? [pay(input)] : [],
    phase: (tags) => tags.at(-1) ?? "new",
    ...changes
  })

export type Payments = ReturnType<typeof payments>

type Options = Partial<ProcessRunner.Options<ProcessHandler.Services>>

/** Catches up: does all work that is due now. */
export const settle = (process: Parameters<typeof ProcessRunner.catchUp>[0] | Payments, options: Options = {}) =>
  ProcessRunner.catchUp(process as Payments, { handlers, commandAttempts: 1, ...options })

/** The tags of the events of an instance's stream. */
export const recordsOf = (process: Payments, instance: string) =>
  Effect.map(ProcessInstances.history(process, instance), (history) => history.map(({ event }) => event._tag))

/** The tags of the inputs of an instance. */
export const inputsOf = (process: Payments, instance: string) =>
  Effect.map(ProcessInstances.get(process, instance), ({ state }) => Result.getOrUndefined(state.state))

export const stream = (name: string): StreamName.StreamName => Result.getOrThrow(StreamName.parse(name))

/** All events of the log, as `stream@version type`. */
export const log = Effect.flatMap(EventReader, (reader) =>
  Effect.map(
    Stream.runCollect(reader.readAll()),
    (events) => events.map(({ stream, type, version }) => `${stream}@${version} ${type}`)
  ))

let n = 0

/** Appends an event as other code may have written it. */
export const append = (name: string, fields: Partial<NewEvent>) =>
  Effect.flatMap(EventStore, (store) =>
    store.append(stream(name), [{
      id: `00000000-0000-7000-8000-${String(n++).padStart(12, "0")}` as NewEvent["id"],
      type: "TransferRequested",
      schemaVersion: 1,
      data: { from: "a", to: "b", coins: 1 },
      metadata: {},
      occurredAt: DateTime.makeUnsafe(0),
      ...fields
    }]))

/** Runs against a new store, by the machine's clock; the scope ends with it. */
export const run = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services | Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.provide(Effect.scoped(effect), MemoryStore.layer))

/** Runs against a new store, by a test clock that starts at 0. */
export const runAtZero = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services | Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.provide(Effect.scoped(effect), Layer.mergeAll(MemoryStore.layer, TestClock.layer())))

/** Moves the clock in small steps, so that all fibers do the work that is due at each. */
export const pass = (millis: number) =>
  Effect.repeat(TestClock.adjust(millis / 20), { times: 19 }).pipe(Effect.andThen(settled))

const settled = Effect.repeat(TestClock.adjust(0), { times: 20 })
