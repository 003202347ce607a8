import * as Saga from "@refold/core/Saga"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as CommandHandler from "@refold/store/CommandHandler"
import * as ProcessHandler from "@refold/store/ProcessHandler"
import * as ProcessInstances from "@refold/store/ProcessInstances"
import * as ProcessRunner from "@refold/store/ProcessRunner"
import { EventStoreError } from "@refold/store/EventStoreError"
import * as Process from "@refold/core/Process"
import * as Aggregate from "@refold/core/Aggregate"
import * as EventCodec from "@refold/core/EventCodec"
import * as EventType from "@refold/core/EventType"
import * as Schema from "effect/Schema"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Option from "effect/Option"
import { expect, it } from "vitest"
import * as Sample from "../src/Sample.ts"
import * as Kill from "../src/internal/Kill.ts"
import { later } from "../src/internal/LaterClock.ts"

// A process by which the first coin counts only once the jar is known to be ready (sealed twin): idle at first.
const process = Process.makeUnsafe<Sample.Event, { ready: boolean }>({
  name: "idle", events: Sample.codec, categories: ["jar"], targets: [{ ...Sample.aggregate, category: "bell" }],
  correlate: () => Option.some("1"),
  initialState: { ready: false },
  evolve: (s, e) => e._tag === "JarSealed" ? { ready: true } : s,
  react: (s, e) => e._tag === "CoinsAdded" && s.ready ? [Process.send({ ...Sample.aggregate, category: "bell" }, "1", { _tag: "Add", coins: 1, notes: [] })] : []
})
const bell = { ...Sample.aggregate, category: "bell" }
const phase = (death: Kill.Death | undefined) => Effect.gen(function*() {
  const h = CommandHandler.make(Sample.aggregate)
  yield* h("a", { _tag: "Add", coins: 1, notes: [] })
  yield* h("b", { _tag: "Seal" })
  const run = ProcessRunner.catchUp(process, { handlers: [ProcessHandler.of(bell)] })
  if (death) yield* Kill.during(death, run)
  yield* run
  return (yield* ProcessInstances.history(process, "1")).flatMap(({ event }) => event._tag === "ProcessReacted" ? event.decided.map((d) => d._tag) : [])
})
it("idle events after a kill (memory: no transactions)", async () => {
  const on = (d?: Kill.Death) => Effect.runPromise(Effect.provide(phase(d), MemoryStore.layer, { local: true }))
  const sound = await on()
  const others: any[] = []
  for (let call = 1; call < 25; call++) for (const isAfter of [false, true]) {
    const r = await on({ call, isAfter })
    if (JSON.stringify(r) !== JSON.stringify(sound)) others.push([call, isAfter, r])
  }
  expect(others).toEqual([])
})

// Newer events that this deployment cannot read: the effect is stored, then Failed is recorded.
const Newer = { ...Sample.aggregate, codec: EventCodec.makeUnsafe([
  Sample.CoinsAdded.pipe(EventType.upcast(Schema.Struct({ coins: Schema.Int, notes: Schema.Array(Schema.String), by: Schema.String }), (f) => ({ ...f, by: "" }))), Sample.CoinsTaken, Sample.JarSealed]) as unknown as typeof Sample.codec, category: "bell" }
void Aggregate
it("an effect of a newer deployment is not called Failed by an older one", async () => {
  const rings = Process.makeUnsafe<Sample.Event, null>({
    name: "rings", events: Sample.codec, categories: ["jar"], targets: [bell], correlate: () => Option.some("1"), initialState: null,
    evolve: () => null, react: (_, e) => e._tag === "CoinsAdded" ? [Process.send(bell, "1", { _tag: "Add", coins: 1, notes: [] })] : []
  })
  await Effect.runPromise(Effect.provide(Effect.gen(function*() {
    yield* CommandHandler.make(Sample.aggregate)("a", { _tag: "Add", coins: 1, notes: [] })
    const newer = ProcessHandler.of({ ...Newer, decider: { ...Newer.decider, decide: (c: Sample.Command, s: Sample.State) => Result.map(Newer.decider.decide(c, s), (events) => events.map((e) => e._tag === "CoinsAdded" ? { ...e, by: "me" } : e)) } })
    // The newer deployment handles it and dies before the answer is recorded.
    const handler = { ...newer, handle: (...args: Parameters<typeof newer.handle>) => Effect.andThen(newer.handle(...args), new EventStoreError({ operation: "die", cause: "x" })) }
    yield* Effect.exit(ProcessRunner.catchUp(rings, { handlers: [handler] }))
    yield* ProcessRunner.catchUp(rings, { handlers: [ProcessHandler.of(bell)] })
    const history = yield* ProcessInstances.history(rings, "1")
    expect(history.flatMap(({ event }) => "trigger" in event && event.trigger._tag === "Answered" ? [event.trigger.outcome] : [])).toEqual([{ _tag: "Succeeded" }])
  }), MemoryStore.layer))
})
it("a timeout fires while a command is unsettled", async () => {
  const waits = Process.makeUnsafe<Sample.Event, { late: boolean }>({
    name: "waits", events: Sample.codec, categories: ["jar"], targets: [bell], correlate: () => Option.some("1"), initialState: { late: false },
    evolve: (s, e) => e._tag === "TimedOut" ? { late: true } : s, react: (_, e) => e._tag === "CoinsAdded" ? [Process.schedule("late", "1 hour"), Process.send(bell, "1", { _tag: "Add", coins: 1, notes: [] })] : []
  })
  await Effect.runPromise(Effect.provide(Effect.gen(function*() {
    yield* CommandHandler.make(Sample.aggregate)("a", { _tag: "Add", coins: 1, notes: [] })
    const handler = { category: "bell", handle: () => Effect.fail(new EventStoreError({ operation: "down", cause: "x" })) }
    yield* Effect.exit(ProcessRunner.catchUp(waits, { handlers: [handler] }))
    yield* Effect.exit(later("2 hours")(ProcessRunner.catchUp(waits, { handlers: [handler] })))
    const { state } = yield* ProcessInstances.get(waits, "1")
    expect(state.state).toMatchObject({ success: { late: true } })
  }), MemoryStore.layer))
})
void Saga
