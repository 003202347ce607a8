// Commands that are handled together on a server, by programs that decide at the same time.
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import * as Together from "@refold/store/decide/Together"
import * as EventStore from "@refold/store/log/EventStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import { expect, test } from "vitest"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const WentOn = EventType.make("WentOn", Schema.Struct({}))
const WentOff = EventType.make("WentOff", Schema.Struct({}))

// At least one doctor must stay on call: a rule about several streams.
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

const part = (id: string, _tag: "GoOn" | "GoOff" | "MustBeOn") => Together.part(doctor, id, { _tag })

const services = ({ snapshots, store }: Stores.Opened) => {
  const { append: _append, ...adapter } = store
  return Context.add(EventStore.context(adapter), SnapshotStore, snapshots)
}

/** Two doctors go off call at the same time, each only if the other stays. Returns the answers, and the doctors on call. */
const round = Effect.fnUntraced(function*(ids: readonly [string, string]) {
  const [ann, bob] = ids
  yield* Together.handle([part(ann, "GoOn"), part(bob, "GoOn")])
  const leave = (me: string, other: string) =>
    Effect.result(Together.handle([part(other, "MustBeOn"), part(me, "GoOff")]))
  const answers = yield* Effect.all([leave(ann, bob), leave(bob, ann)], { concurrency: 2 })
  const states = yield* Effect.forEach(ids, (id) => State.load(doctor, id))
  return {
    answers: answers.map((answer) => Result.isSuccess(answer) ? "left" : answer.failure._tag).toSorted(),
    onCall: states.filter(({ state }) => state).length
  }
})

test(
  "one of two doctors stays on call if both go off call at the same time, in each of twenty rounds under load",
  run(Effect.gen(function*() {
    const context = services(yield* Stores.Database)
    const rounds = Array.from({ length: 20 }, () => [randomUUID(), randomUUID()] as const)
    const results = yield* Effect.provideContext(Effect.forEach(rounds, round, { concurrency: 4 }), context)
    expect(results).toEqual(rounds.map(() => ({ answers: ["PartRefused", "left"], onCall: 1 })))
  }))
)

test(
  "at least one of six doctors stays on call if all go off call at the same time, and exactly the refused ones do",
  run(Effect.gen(function*() {
    const context = services(yield* Stores.Database)
    const ids = Array.from({ length: 6 }, () => randomUUID())
    yield* Effect.gen(function*() {
      yield* Effect.forEach(ids, (id) => Together.handle([part(id, "GoOn")]))
      const leave = (me: string, index: number) =>
        Effect.result(Together.handle([part(me, "GoOff"), part(ids[(index + 1) % ids.length]!, "MustBeOn")]))
      const answers = yield* Effect.forEach(ids, leave, { concurrency: "unbounded" })
      const states = yield* Effect.forEach(ids, (id) => State.load(doctor, id))
      expect(states.map(({ state }) => state)).toEqual(answers.map(Result.isFailure))
      expect(states.some(({ state }) => state)).toBe(true)
    }).pipe(Effect.provideContext(context))
  }))
)
