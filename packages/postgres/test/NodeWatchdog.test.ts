// Functions that do not end are interrupted, and what they belong to goes on.
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as StreamName from "@refold/core/event/StreamName"
import * as Process from "@refold/core/process/Process"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import { Watchdog } from "@refold/store/internal/decide/Watchdog"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Parked from "@refold/store/project/Parked"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { expect, it } from "vitest"
import * as NodeWatchdog from "../src/NodeWatchdog.ts"
import * as PostgresStore from "../src/PostgresStore.ts"

const Counted = EventType.make("Counted", Schema.Struct({ by: Schema.Int }))

const forEver = (): never => {
  for (;;);
}

const counter = Aggregate.makeUnsafe({
  category: "counter",
  codec: EventCodec.makeUnsafe([Counted]),
  decider: Decider.make<number, number, typeof Counted.Event, "negative">({
    initialState: 0,
    decide: (by) => by === 13 ? forEver() : by < 0 ? Result.fail("negative") : Result.succeed([Counted.make({ by })]),
    evolve: (total, { by }) => by === 14 ? forEver() : total + by
  })
})

const handle = CommandHandler.make(counter)

it("a decide or evolve that does not end is a fault, and nothing is stored", () =>
  Effect.runPromise(
    Effect.gen(function*() {
      yield* handle("a", 1)
      for (const [command, stage] of [[13, "decide"], [14, "evolve"]] as const) {
        const fault = yield* Effect.flip(handle("a", command))
        expect(fault).toMatchObject({ _tag: "DeciderFault", stage, stream: "counter-a" })
        expect(String(fault)).toContain("timed out")
      }
      expect(yield* Effect.flip(handle("a", -1))).toBe("negative")
      yield* handle("a", 2)
      expect(yield* State.load(counter, "a")).toMatchObject({ state: 3, version: 2 })
    }).pipe(Effect.provide(Layer.mergeAll(PostgresStore.layerEmbedded(), NodeWatchdog.layer("2 seconds"))))
  ))

it("gives what functions give, and throws what they throw, also one within another", () =>
  Effect.runPromise(
    Effect.gen(function*() {
      const { run } = yield* Watchdog
      const error = new Error("no")
      const thrown = Effect.runSync(Effect.flip(Effect.try({
        try: () =>
          run(() => {
            throw error
          }),
        catch: (e) => e
      })))
      expect(thrown).toBe(error)
      expect(run(() => [run(() => 1), run(() => 2)])).toEqual([1, 2])
    }).pipe(Effect.provide(NodeWatchdog.layer()))
  ))

it.each([0, -1, 0.5, Infinity])("cannot wait for %s milliseconds", async (patience) => {
  const built = await Effect.runPromise(Effect.flip(Effect.scoped(Layer.build(NodeWatchdog.layer(patience)))))
  expect(built).toMatchObject({ _tag: "InvalidInput", field: "patience" })
})

it("a react that does not end holds up its own event alone", () => {
  const process = Process.makeUnsafe<typeof Counted.Event, null>({
    name: "watched",
    events: counter.codec,
    targets: [],
    correlate: (_, { stream }) => Option.some(StreamName.id(stream)),
    initialState: null,
    evolve: (state) => state,
    react: (_, input) => input._tag === "Counted" && input.by === 1 ? forEver() : [Process.complete]
  })
  return Effect.runPromise(
    Effect.gen(function*() {
      yield* handle("a", 1)
      yield* handle("b", 2)
      yield* ProcessRunner.catchUp(process, { handlers: [] })
      const [parked] = yield* Parked.list(ProcessRunner.observer(process))
      expect(parked).toMatchObject({ stream: "counter-a", reason: expect.stringContaining("timed out") })
      const { state: { pending } } = yield* ProcessInstances.get(process, "b")
      expect(pending.isCompleted).toBe(true)
    }).pipe(Effect.provide(Layer.mergeAll(PostgresStore.layerEmbedded(), NodeWatchdog.layer("1 second"))))
  )
})
