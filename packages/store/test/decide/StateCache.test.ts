// The cache of a handler, tested by the reads that it saves and by the answers, which must not be stale.
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import type { NewEvent } from "@refold/core/event/NewEvent"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as EventStore from "@refold/store/log/EventStore"
import { EventStoreError, OutcomeUnknown } from "@refold/store/log/EventStoreError"
import { WireTransform } from "@refold/store/log/WireTransform"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import * as Account from "../support/Account.ts"
import { append, deposit, history, run, stored, withdraw, withStore } from "../support/Account.ts"

type Adapter = EventStore.Adapter

/** Runs a test on one store that records each append, and the version after which each read of a stream begins. */
const watched = (
  test: (seen: Array<string>) => Effect.Effect<void, unknown, MemoryStore.Services>,
  change: (store: Adapter) => Partial<Adapter> = () => ({})
): Promise<void> => {
  const seen: Array<string> = []
  return run(
    test(seen).pipe(withStore((store) => {
      const changed: Adapter = { ...store, ...change(store) }
      return {
        ...changed,
        readStream: (stream, options) => {
          seen.push(`read ${stream} after ${options?.after ?? 0}`)
          return changed.readStream(stream, options)
        },
        commit: (commit, inline) => {
          seen.push("append")
          return changed.commit(commit, inline)
        }
      }
    }))
  )
}

/** The observed outcome of an effect. */
const noting = <A, E, R>(seen: Array<string>, effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    seen.length = 0
    return Effect.map(effect, () => [...seen])
  })

const make = (options?: CommandHandler.HandlerOptions<Account.State>) => CommandHandler.make(Account.account, options)

const overdrawn = (balance: number) => ({ _tag: "Overdrawn", balance })

describe("a hot stream", () => {
  it("is read once, then appended to without a read", () =>
    watched((seen) =>
      Effect.gen(function*() {
        const handle = make()
        expect(yield* noting(seen, handle("a", deposit(1)))).toEqual(["read account-a after 0", "append"])
        expect(yield* noting(seen, handle("a", deposit(2)))).toEqual(["append"])
        expect(yield* noting(seen, handle("a", withdraw(3)))).toEqual(["append"])
      })
    ))

  it("is read from its cached event on, for a refusal, a command without events, and a wrong expected version", () =>
    watched((seen) =>
      Effect.gen(function*() {
        const handle = make()
        yield* handle("a", deposit(1))
        const tail = ["read account-a after 0"]
        expect(yield* noting(seen, Effect.flip(handle("a", withdraw(2))))).toEqual(tail)
        expect(yield* noting(seen, handle("a", deposit()))).toEqual(tail)
        const wrong = handle("a", deposit(1), { expected: ExpectedVersion.NoStream })
        expect(yield* noting(seen, Effect.flip(wrong))).toEqual(tail)
        expect(yield* noting(seen, handle("a", deposit(1)))).toEqual(["append"])
      })
    ))

  it("is read completely for each command if `cache` is 0 or NaN", () =>
    watched((seen) =>
      Effect.gen(function*() {
        for (const cache of [0, -1, NaN]) {
          const handle = make({ cache })
          yield* handle("a", deposit(1))
          expect(yield* noting(seen, handle("a", deposit(1)))).toEqual(["read account-a after 0", "append"])
        }
      })
    ))

  it("needs no snapshot", () =>
    run(Effect.gen(function*() {
      const snapshots = yield* SnapshotStore
      let asked = 0
      const counting = SnapshotStore.of({
        ...snapshots,
        find: (key) => Effect.suspend(() => (asked++, snapshots.find(key)))
      })
      const handle = CommandHandler.make(Account.withSnapshots)
      const commands = Effect.forEach([1, 2, 3, 4], (amount) => handle("a", deposit(amount)))
      yield* Effect.provideService(commands, SnapshotStore, counting)
      expect(asked).toBe(1)
    })))
})

describe("a stale cached state", () => {
  it("is reloaded before a refusal", () =>
    run(Effect.gen(function*() {
      const handle = make()
      yield* handle("a", deposit(1))
      yield* append("a", stored(5))
      expect(yield* handle("a", withdraw(6))).toMatchObject({ state: { balance: 0 }, version: 3 })
      yield* append("a", stored(7))
      expect(yield* Effect.flip(handle("a", withdraw(8)))).toEqual(overdrawn(7))
    })))

  it("is reloaded before an answer without events or a wrong expected version", () =>
    run(Effect.gen(function*() {
      const handle = make()
      yield* handle("a", deposit(1))
      yield* append("a", stored(2))
      expect(yield* handle("a", deposit())).toMatchObject({ state: { balance: 3 }, version: 2, events: [] })
      yield* append("a", stored(3))
      expect(yield* handle("a", deposit(4), { expected: ExpectedVersion.Exact(3) })).toMatchObject({ version: 4 })
      yield* append("a", stored(5))
      expect(yield* Effect.flip(handle("a", deposit(4), { expected: ExpectedVersion.Exact(4) })))
        .toMatchObject({ _tag: "VersionConflict", actual: Option.some(5) })
    })))

  it("is reloaded before a fault of the decider", () =>
    run(Effect.gen(function*() {
      const handle = CommandHandler.make(Aggregate.makeUnsafe({
        category: "account",
        events: Account.codec,
        decider: Decider.make<Account.Command, Account.State, Account.Event, never>({
          ...Account.decider,
          decide: (_, { balance }) => {
            if (balance === 1) throw new Error("one is too few")
            return Account.decider.decide(deposit(1), { balance }) as Result.Result<ReadonlyArray<Account.Event>>
          }
        })
      }))
      yield* handle("a", deposit())
      expect(yield* Effect.flip(handle("a", deposit()))).toMatchObject({ _tag: "DeciderFault" })
      yield* append("a", stored(9))
      expect(yield* handle("a", deposit())).toMatchObject({ state: { balance: 11 } })
    })))

  it("costs one append, but no retry", () =>
    watched((seen) =>
      Effect.gen(function*() {
        const handle = make({ retries: 0 })
        yield* handle("a", deposit(1))
        yield* append("a", stored(2))
        expect(yield* noting(seen, handle("a", deposit(4)))).toEqual(["append", "read account-a after 0", "append"])
        yield* append("a", stored(3))
        expect(yield* handle("a", deposit(5))).toMatchObject({ state: { balance: 15 }, version: 5 })
      })
    ))

  it.each<[string, readonly [NewEvent, ...Array<NewEvent>]]>([
    ["lower", [stored(1)]],
    ["the same", [stored(1), stored(2), stored(3)]],
    ["higher", [stored(1), stored(2), stored(3), stored(4)]]
  ])(
    "is loaded from the start if the log lost its events and is at a version that is %s",
    (_, others) =>
      run(Effect.gen(function*() {
        const handle = make({ retries: 0 })
        const balance = others.reduce((sum, { data }) => sum + Number(Object.values(Object(data))[0]), 0)
        const seeded = Effect.gen(function*() {
          yield* append("a", ...others)
          return yield* EventStore.EventStore
        })
        const before = yield* Effect.provide(seeded, MemoryStore.layer, { local: true })
        let store: Adapter = yield* EventStore.EventStore
        const changing = withStore(() => ({
          commit: (...args) => store.commit(...args),
          readStream: (...args) => store.readStream(...args)
        }))
        yield* changing(Effect.gen(function*() {
          const refuses = make()
          yield* handle("a", deposit(10, 20, 30))
          yield* refuses("a", deposit())
          store = before
          // One decides on its cache and appends, the other one refuses.
          expect(yield* Effect.flip(refuses("a", withdraw(200)))).toEqual(overdrawn(balance))
          expect(yield* handle("a", withdraw(1))).toMatchObject({
            state: { balance: balance - 1 },
            version: others.length + 1
          })
        }))
      }))
  )
})

describe("the state cache", () => {
  it("is separate for each store", () =>
    run(Effect.gen(function*() {
      const handle = make()
      yield* handle("a", deposit(10))
      const elsewhere = Effect.flip(handle("a", withdraw(1)))
      expect(yield* Effect.provide(elsewhere, MemoryStore.layer, { local: true })).toEqual(overdrawn(0))
      expect(yield* handle("a", withdraw(10))).toMatchObject({ state: { balance: 0 } })
    })))

  it("is separate for each wire transform", () =>
    run(Effect.gen(function*() {
      const handle = make()
      yield* handle("a", deposit(10))
      const doubling = Effect.provideService(WireTransform, {
        toWire: Effect.succeed,
        fromWire: (events) =>
          Effect.succeed(
            events.map((event) => ({ ...event, data: { amount: 2 * (event.data as { amount: number }).amount } }))
          )
      })
      expect(yield* doubling(Effect.flip(handle("a", withdraw(21))))).toEqual(overdrawn(20))
      expect(yield* Effect.flip(handle("a", withdraw(21)))).toEqual(overdrawn(10))
    })))

  it("keeps the most recently used states, at most `cache`", () =>
    watched((seen) =>
      Effect.gen(function*() {
        const handle = make({ cache: 2 })
        for (const id of ["a", "b", "a", "c"]) yield* handle(id, deposit(1))
        expect(yield* noting(seen, handle("a", deposit(1)))).toEqual(["append"])
        expect(yield* noting(seen, handle("c", deposit(1)))).toEqual(["append"])
        expect(yield* noting(seen, handle("b", deposit(1)))).toEqual(["read account-b after 0", "append"])
      })
    ))

  it("is not filled by streams without events", () =>
    watched((seen) =>
      Effect.gen(function*() {
        const handle = make({ cache: 1 })
        yield* handle("a", deposit(1))
        for (const id of ["b", "c"]) yield* Effect.flip(handle(id, withdraw(1)))
        expect(yield* noting(seen, handle("a", deposit(1)))).toEqual(["append"])
      })
    ))

  it("is neither read nor filled inside a transaction of the caller", () => {
    let isInside = false
    return watched((seen) =>
      Effect.gen(function*() {
        const handle = make()
        yield* handle("a", deposit(1, 1))
        isInside = true
        expect(yield* noting(seen, handle("a", deposit(2)))).toEqual(["read account-a after 0", "append"])
        expect(yield* noting(seen, handle("b", deposit(3)))).toEqual(["read account-b after 0", "append"])
        isInside = false
        expect(yield* noting(seen, handle("a", deposit()))).toEqual(["read account-a after 1"])
        expect(yield* noting(seen, handle("b", deposit()))).toEqual(["read account-b after 0"])
      }), () => ({ inTransaction: Effect.sync(() => isInside) }))
  })

  it("keeps a newer state than the first answer of a repeated command", () =>
    watched((seen) =>
      Effect.gen(function*() {
        const handle = make()
        const key = { idempotencyKey: "k" }
        const first = yield* handle("a", deposit(1), key)
        yield* handle("a", deposit(2))
        expect(yield* handle("a", deposit(1), key)).toEqual({ ...first, deduplicated: true })
        expect(yield* noting(seen, handle("a", withdraw(3)))).toEqual(["append"])
      })
    ))

  it("keeps a newer state than a late answer", async () => {
    const late = Deferred.makeUnsafe<void>()
    let appends = 0
    await watched((seen) =>
      Effect.gen(function*() {
        const handle = make()
        yield* handle("a", deposit(1))
        const first = yield* Effect.forkChild(handle("a", deposit(2)), { startImmediately: true })
        yield* handle("a", deposit(3))
        yield* Deferred.succeed(late, undefined)
        expect(yield* Fiber.join(first)).toMatchObject({ version: 2, state: { balance: 3 } })
        expect(yield* noting(seen, handle("a", withdraw(6)))).toEqual(["append"])
      }), ({ commit }) => ({
        // The answer to the second append waits.
        commit: (...args) =>
          Effect.suspend(() => ++appends === 2 ? Effect.tap(commit(...args), Deferred.await(late)) : commit(...args))
      }))
  })
})

describe("an append with an unknown outcome", () => {
  const unknown = new OutcomeUnknown({ eventIds: [], cause: "lost" })

  it.each([unknown, new EventStoreError({ operation: "append", cause: "down" })])(
    "makes the next command load the state: $_tag",
    (error) => {
      let appends = 0
      return watched((seen) =>
        Effect.gen(function*() {
          const handle = make()
          yield* handle("a", deposit(1))
          expect(yield* Effect.flip(handle("a", deposit(2)))).toBe(error)
          expect(yield* noting(seen, handle("a", withdraw(3)))).toEqual(["read account-a after 0", "append"])
        }), ({ commit }) => ({
          commit: (...args) =>
            Effect.suspend(() =>
              ++appends === 2 ? Effect.andThen(commit(...args), Effect.fail(error)) : commit(...args)
            )
        }))
    }
  )

  it("by an interruption makes the next command load the state", async () => {
    let appends = 0
    const stuck = Deferred.makeUnsafe<void>()
    await watched((seen) =>
      Effect.gen(function*() {
        const handle = make()
        yield* handle("a", deposit(1))
        const fiber = yield* Effect.forkChild(handle("a", deposit(2)))
        yield* Deferred.await(stuck)
        yield* Fiber.interrupt(fiber)
        expect(yield* noting(seen, handle("a", withdraw(3)))).toEqual(["read account-a after 0", "append"])
      }), ({ commit }) => ({
        commit: (...args) =>
          Effect.suspend(() => {
            const never = Effect.andThen(Deferred.succeed(stuck, undefined), Effect.never)
            return ++appends === 2 ? Effect.andThen(commit(...args), never) : commit(...args)
          })
      }))
  })
})

// States of every kind that a decider may have.
class Moment {
  millis = 0
}

interface Kept {
  readonly list: Array<number>
  readonly moment: Moment
  readonly surprise: object
}

const surprising = {
  get boom(): never {
    throw new Error("do not look")
  }
}

const keeping = (evolve: (state: Kept, amount: number) => Kept) =>
  CommandHandler.make(Aggregate.makeUnsafe({
    category: "account",
    events: Account.codec,
    decider: Decider.make<Account.Command, Kept, Account.Event, Account.Overdrawn>({
      initialState: { list: [], moment: new Moment(), surprise: surprising },
      decide: (command) => Account.decider.decide(command, { balance: 100 }),
      evolve: (state, { amount }) => evolve(state, amount)
    })
  }))

describe("a cached state", () => {
  it("cannot be changed by the caller", () =>
    run(Effect.gen(function*() {
      const handle = keeping((state, amount) => ({ ...state, list: [...state.list, amount] }))
      const { state } = yield* handle("a", deposit(2, 1))
      expect(() => state.list.push(7)).toThrow(TypeError)
      expect(yield* handle("a", deposit(3))).toMatchObject({ state: { list: [2, 1, 3] } })
    })))

  it("is frozen in its arrays and plain objects, except those that throw", () =>
    run(Effect.gen(function*() {
      const seen: Array<ReadonlyArray<boolean>> = []
      const handle = keeping((state, amount) => {
        seen.push([state, state.list, state.moment].map(Object.isFrozen))
        return { ...state, list: [amount] }
      })
      const { state } = yield* handle("a", deposit(1))
      state.moment.millis = 7
      seen.length = 0
      expect(yield* handle("a", deposit(2))).toMatchObject({ version: 2, state: { list: [2], moment: { millis: 7 } } })
      expect(seen[0]).toEqual([true, true, false])
    })))

  it("that the decider changes is a fault of the decider, and nothing is stored", () =>
    run(Effect.gen(function*() {
      const handle = keeping((state, amount) => {
        state.list.push(amount)
        return state
      })
      yield* handle("a", deposit(1))
      expect(yield* Effect.flip(handle("a", deposit(2)))).toMatchObject({ _tag: "DeciderFault", stage: "evolve" })
      expect(yield* history("a")).toHaveLength(1)
    })))
})

it("concurrent commands of two handlers with caches lose no update", () =>
  run(Effect.gen(function*() {
    const handlers = [make({ retries: 1000 }), make({ retries: 1000 })]
    const interleaved = withStore((store) => ({
      commit: (commit) => Effect.andThen(Effect.yieldNow, store.commit(commit)),
      readStream: (...args) => Stream.tap(store.readStream(...args), () => Effect.yieldNow)
    }))
    const deposits = Array.from({ length: 40 }, (_, n) => handlers[n % 2]!("a", deposit(1)))
    const answers = yield* interleaved(Effect.all(deposits, { concurrency: "unbounded" }))
    for (const { state, version } of answers) expect(state.balance).toBe(version)
    expect(new Set(answers.map(({ version }) => version)).size).toBe(40)
    expect(answers.map(({ version }) => version)).toContain(StreamVersion(40))
  })))

it("a cached state is folded from the events as they are decoded", () =>
  run(Effect.gen(function*() {
    const Timed = EventType.make("Timed", Schema.Struct({ at: Schema.DateTimeUtc }))
    const aggregate = Aggregate.makeUnsafe({
      category: "timer",
      events: EventCodec.makeUnsafe([Timed]),
      decider: Decider.make<number, number, typeof Timed.Event, string>({
        initialState: 0,
        decide: (millis, last) =>
          millis === 0
            ? Result.fail(`since ${last}`)
            : Result.succeed([Timed.make({ at: DateTime.makeUnsafe(millis) })]),
        evolve: (_, { at }) => at.epochMilliseconds
      })
    })
    const [cached, anew] = [CommandHandler.make(aggregate), CommandHandler.make(aggregate, { cache: 0 })]
    yield* cached("a", 1333.33)
    yield* cached("a", 1444.44)
    expect(yield* Effect.flip(cached("a", 0))).toEqual(yield* Effect.flip(anew("a", 0)))
  })))
