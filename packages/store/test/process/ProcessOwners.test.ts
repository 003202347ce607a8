// A runner while another program owns the observer, or a rebuild of the rows.
import * as Process from "@refold/core/process/Process"
import * as Sample from "@refold/laws/internal/kit/Sample"
import { EventReader } from "@refold/store/log/EventReader"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import {
  coinsOf,
  handleJar,
  handlers,
  inputsOf,
  pass,
  pay,
  payments,
  request,
  run,
  runAtZero
} from "../support/Transferring.ts"

/** Owns a generation without end. */
const hold = Effect.fnUntraced(function*(generation: number) {
  const store = yield* ReadModelStore
  yield* Effect.forkScoped(store.update(generation, () => Effect.never, { wait: true }))
})

it("a rebuild of the rows that does not end blocks no instance", () =>
  run(Effect.scoped(Effect.gen(function*() {
    const process = payments()
    yield* ProcessRunner.start(process, { handlers })
    yield* request("1", "a", "b", 1)
    const until = (coins: number) =>
      Effect.repeat(Effect.delay(coinsOf("b"), 5), { until: (reached) => reached === coins })
    yield* until(1)
    const store = yield* ReadModelStore
    yield* hold((yield* store.begin(Projector.targetOf(process.rows), "Building")).id)
    yield* request("2", "a", "b", 1)
    yield* until(2)
    expect((yield* store.generations(process.rows.name)).map(({ status }) => status)).toEqual(["Live", "Building"])
  }))))

it("a timeout that the observer holds back is polled for, and fires when the observer has caught up", () =>
  runAtZero(Effect.gen(function*() {
    const process = payments({
      react: (_, input) => input._tag === "TransferRequested" ? [Process.schedule("late", 1000), pay(input)] : []
    })
    const slow = ProcessHandler.withHandler(
      Sample.aggregate,
      (id, command: Sample.Command, options) => Effect.delay(handleJar(id, command, options), 2000)
    )
    const reader = yield* EventReader
    let looks = 0
    const counted = EventReader.of({ ...reader, logHead: Effect.tap(reader.logHead, () => Effect.sync(() => looks++)) })
    yield* Effect.gen(function*() {
      yield* ProcessRunner.start(process, { handlers: [slow] })
      yield* request("1", "a", "b", 1)
      yield* pass(1500)
      const store = yield* ReadModelStore
      const [observing] = yield* store.generations(ProcessRunner.observer(process).name)
      // Another program owns the observer, in a long batch: the events of the command are not observed.
      yield* Effect.scoped(Effect.gen(function*() {
        yield* hold(observing!.id)
        yield* pass(2000)
        looks = 0
        yield* pass(3000)
        expect(looks).toBeGreaterThan(0)
        expect(looks).toBeLessThan(100)
        expect(yield* inputsOf(process, "1")).not.toContain("TimedOut")
      }))
      yield* pass(3000)
      expect(yield* inputsOf(process, "1")).toContain("TimedOut")
    }).pipe(Effect.provideService(EventReader, counted))
  })))
