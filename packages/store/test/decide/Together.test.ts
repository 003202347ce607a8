import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import type * as MemoryStore from "@refold/memory/MemoryStore"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import type { HandleFailure } from "@refold/store/decide/CommandHandler"
import * as Snapshots from "@refold/store/decide/Snapshots"
import * as State from "@refold/store/decide/State"
import * as Together from "@refold/store/decide/Together"
import { Causation } from "@refold/store/log/Causation"
import { EventStore } from "@refold/store/log/EventStore"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as Account from "../support/Account.ts"
import { deposit, history, run, stored, stream, withdraw, withStore } from "../support/Account.ts"
import * as Balances from "../support/Balances.ts"

const handle = CommandHandler.make(Account.account)

const balance = (id: string) => Effect.map(State.load(Account.account, id), ({ state }) => state.balance)

const move = (from: string, to: string, amount: number) =>
  [
    Together.part(Account.account, from, withdraw(amount)),
    Together.part(Account.account, to, deposit(amount))
  ] as const

const WentOn = EventType.make("WentOn", Schema.Struct({}))
const WentOff = EventType.make("WentOff", Schema.Struct({}))

// At least one doctor must stay on call: a rule about two streams.
const doctor = Aggregate.makeUnsafe({
  category: "doctor",
  events: EventCodec.makeUnsafe([WentOn, WentOff]),
  decider: Decider.make<
    { readonly _tag: "GoOn" | "GoOff" | "MustBeOn" },
    boolean,
    typeof WentOn.Event | typeof WentOff.Event,
    { readonly _tag: "NotOnCall" }
  >({
    initialState: false,
    decide: ({ _tag }, isOn) => {
      if (_tag === "GoOn") return Result.succeed([WentOn.make({})])
      if (!isOn) return Result.fail({ _tag: "NotOnCall" })
      return Result.succeed(_tag === "GoOff" ? [WentOff.make({})] : [])
    },
    evolve: (_, { _tag }) => _tag === "WentOn"
  })
})

const onCall = CommandHandler.make(doctor)

const everything = Effect.flatMap(EventStore, (store) => Stream.runCollect(store.readAll()))

describe("commands that are handled together", () => {
  it("are stored in one commit", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      const appended = Option.getOrThrow(yield* Together.handle(move("a", "b", 4)))
      expect(appended.streams.map(({ stream, version }) => [stream, version])).toEqual([["account-a", 2], [
        "account-b",
        1
      ]])
      expect([yield* balance("a"), yield* balance("b")]).toEqual([6, 4])
    })))

  it("are not stored if one is refused", () =>
    run(Effect.gen(function*() {
      const refused = yield* Effect.flip(Together.handle([
        Together.part(Account.account, "b", deposit(4)),
        Together.part(Account.account, "a", withdraw(4))
      ]))
      expect(refused).toMatchObject({
        _tag: "PartRefused",
        stream: "account-a",
        refusal: { _tag: "Overdrawn", balance: 0 },
        message:
          "the command for stream \"account-a\" was refused, and nothing was stored: the field refusal has the reason"
      })
      expect(yield* everything).toEqual([])
    })))

  it("save a snapshot of each stream for which one is due", () =>
    run(Effect.gen(function*() {
      const found = (id: string) =>
        Effect.map(
          Snapshots.find(Account.withSnapshots.snapshots, stream(id)),
          Option.map(({ state, version }) => [version, state])
        )
      const moved = (id: string) => Together.part(Account.withSnapshots, id, deposit(1))
      yield* handle("a", deposit(10))
      yield* Together.handle([moved("a"), moved("b")], { idempotencyKey: "second" })
      expect([yield* found("a"), yield* found("b")]).toEqual([Option.none(), Option.none()])
      yield* Together.handle([moved("a"), moved("b")], { idempotencyKey: "third" })
      expect(yield* found("a")).toEqual(Option.some([3, { balance: 12 }]))
      expect(yield* found("b")).toEqual(Option.none())
    })))

  it("are decided again on a version conflict", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      let n = 0
      const slow = withStore((store) => ({
        commit: (commit, inline) =>
          n++ < 3
            ? Effect.andThen(store.append(stream("a"), [stored(n)]), store.commit(commit, inline))
            : store.commit(commit, inline)
      }))
      yield* slow(Together.handle(move("a", "b", 9)))
      expect([yield* balance("a"), yield* balance("b")]).toEqual([10 + 1 + 2 + 3 - 9, 9])
    })))

  it("fail after the maximum number of conflicts", () =>
    run(Effect.gen(function*() {
      let n = 0
      const slow = withStore((store) => ({
        commit: (commit, inline) =>
          Effect.andThen(store.append(stream("a"), [stored(++n)]), store.commit(commit, inline))
      }))
      const gaveUp = yield* Effect.flip(slow(Together.handle(move("a", "b", 0), { retries: 2 })))
      expect(gaveUp).toMatchObject({ _tag: "VersionConflict", stream: "account-a" })
      expect(n).toBe(3)
    })))

  it("return the first answer under their key, whatever the current states", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      const first = yield* Together.handle(move("a", "b", 10), { idempotencyKey: "k" })
      const again = yield* Together.handle(move("a", "b", 10), { idempotencyKey: "k" })
      expect(Option.getOrThrow(again)).toEqual({ ...Option.getOrThrow(first), deduplicated: true })
      const other = yield* Effect.flip(Together.handle(move("a", "b", 9), { idempotencyKey: "k" }))
      expect(other).toMatchObject({ _tag: "IdempotencyConflict" })
      const swapped = yield* Effect.flip(Together.handle(move("b", "a", 10), { idempotencyKey: "k" }))
      expect(swapped).toMatchObject({ _tag: "IdempotencyConflict" })
      expect([yield* balance("a"), yield* balance("b")]).toEqual([0, 10])
    })))

  it("keep a key that never expires", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      const once = Together.handle(move("a", "b", 1), { idempotencyKey: "k", keyNeverExpires: true })
      yield* once
      expect(yield* (yield* EventStore).forgetKeys(Account.at(Date.now() + 1000))).toBe(0)
      expect(Option.getOrThrow(yield* once)).toMatchObject({ deduplicated: true })
    })))

  it("return the answer of an earlier copy that was stored during the decision", () =>
    run(Effect.gen(function*() {
      yield* handle("a", deposit(10))
      const context = yield* Effect.context<MemoryStore.Services>()
      const copy = Together.handle(move("a", "b", 10), { idempotencyKey: "k" })
      let copies = 0
      const late = withStore((store) => ({
        findAppended: (key) =>
          // Just after the lookup.
          Effect.tap(store.findAppended(key), () =>
            copies++ === 0
              ? Effect.orDie(Effect.asVoid(Effect.provideContext(copy, context)))
              : Effect.void)
      }))
      expect(Option.getOrThrow(yield* late(Together.handle(move("a", "b", 10), { idempotencyKey: "k" }))))
        .toMatchObject({
          deduplicated: true
        })
      expect([yield* balance("a"), yield* balance("b")]).toEqual([0, 10])
    })))

  it("are decided again if the stream of a part without events changed before the commit", () =>
    run(Effect.gen(function*() {
      let n = 0
      const slow = withStore((store) => ({
        commit: (commit, inline) =>
          n++ === 0
            ? Effect.andThen(store.append(stream("b"), [stored(1)]), store.commit(commit, inline))
            : store.commit(commit, inline)
      }))
      const together = Together.handle([
        Together.part(Account.account, "b", deposit()),
        Together.part(Account.account, "a", deposit(1))
      ])
      expect(Option.getOrThrow(yield* slow(together)).streams).toMatchObject([{ stream: "account-a" }])
      expect(n).toBe(2)
    })))

  it("are refused if a part without events would be refused by the time of the commit", () =>
    run(Effect.gen(function*() {
      yield* Effect.forEach(["ann", "bob"], (id) => onCall(id, { _tag: "GoOn" }))
      const context = yield* Effect.context<MemoryStore.Services>()
      const leave = (other: string, me: string) =>
        Together.handle([
          Together.part(doctor, other, { _tag: "MustBeOn" }),
          Together.part(doctor, me, { _tag: "GoOff" })
        ])
      let n = 0
      const overtaken = withStore((store) => ({
        // The other doctor leaves after both parts were decided.
        commit: (commit, inline) =>
          n++ === 0
            ? Effect.andThen(
              Effect.orDie(Effect.provideContext(leave("ann", "bob"), context)),
              store.commit(commit, inline)
            )
            : store.commit(commit, inline)
      }))
      expect(yield* Effect.flip(overtaken(leave("bob", "ann")))).toMatchObject({
        _tag: "PartRefused",
        stream: "doctor-bob",
        refusal: { _tag: "NotOnCall" }
      })
      expect((yield* State.load(doctor, "ann")).state).toBe(true)
    })))

  it("store nothing for a part without events", () =>
    run(Effect.gen(function*() {
      const one = yield* Together.handle([
        Together.part(Account.account, "a", deposit()),
        Together.part(Account.account, "b", deposit(1))
      ])
      expect(Option.getOrThrow(one).streams.map(({ stream }) => stream)).toEqual(["account-b"])
      expect(yield* Together.handle([Together.part(Account.account, "a", deposit())])).toEqual(Option.none())
    })))

  it("fail if two are for one stream or an id is invalid", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(Together.handle([...move("a", "b", 0), ...move("a", "c", 0)]))).toMatchObject({
        _tag: "InvalidInput",
        field: "writes[2].stream"
      })
      const nameless = Together.handle([Together.part(Account.account, "", deposit(1))])
      expect(yield* Effect.flip(nameless)).toMatchObject({ _tag: "InvalidInput", field: "id" })
      expect(yield* everything).toEqual([])
    })))

  it("store metadata, time and inline rows", () =>
    run(Effect.gen(function*() {
      const { inline } = Balances
      yield* Projector.catchUp(inline)
      yield* Together.handle(
        [Together.part(Account.account, "a", deposit(5), { inline: [inline] })],
        { metadata: { actor: "Ada" }, occurredAt: Account.at(5) }
      ).pipe(Effect.provideService(Causation, { correlationId: "c", actor: "nobody" }))
      const [event] = yield* history("a")
      expect(event).toMatchObject({ metadata: { correlationId: "c", actor: "Ada" }, occurredAt: Account.at(5) })
      const store = yield* ReadModelStore
      const { rows } = yield* store.read(inline, { _tag: "Keys", keys: ["account-a"] })
      expect(rows).toMatchObject([{ state: { balance: 5 }, version: 1 }])
    })))

  it("have their errors in their type", () => {
    const failure = () => Effect.flip(Together.handle(move("a", "b", 1)))
    expectTypeOf<Effect.Success<ReturnType<typeof failure>>>().toEqualTypeOf<
      Together.PartRefused<Account.Overdrawn> | HandleFailure
    >()
    const other = Together.part(Account.account, "a", deposit(1)) as unknown as Together.Part<"full">
    const both = () => Effect.flip(Together.handle([Together.part(Account.account, "b", deposit(1)), other]))
    expectTypeOf<Effect.Success<ReturnType<typeof both>>>().toEqualTypeOf<
      Together.PartRefused<Account.Overdrawn | "full"> | HandleFailure
    >()
    // @ts-expect-error -- no command of accounts
    Together.part(Account.account, "a", { _tag: "Close" })
  })
})
