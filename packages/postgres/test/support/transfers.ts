/*
 * A process that only runs the saga of transfers, and kills itself at a given point. It ends with the process
 * that started it.
 */
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as EventStore from "@refold/store/log/EventStore"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Moves from "./Moves.ts"
import type { Crash, Input } from "./Workers.ts"

// The argument is written by `Workers.start`.
const { crash, url } = JSON.parse(process.argv[2]!) as Input

process.stdin.on("end", () => process.exit()).resume()

let steps = 0

// The process executes nothing after this.
const kill = Effect.andThen(Effect.sync(() => process.kill(process.pid, "SIGKILL")), Effect.never)

const around = <A, E, R>(step: Crash["step"], effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  if (crash?.step !== step) return effect
  return Effect.suspend(() => {
    if (++steps !== crash.nth) return effect
    return crash.moment === "before" ? kill : Effect.andThen(effect, kill)
  })
}

const stepOf = (commit: Parameters<EventStore.Adapter["commit"]>[0]): Crash["step"] => {
  const [{ events: [event] }] = commit.writes
  const { data, type } = event!
  if (type !== "ProcessReacted") return "command"
  // A decision about an event, or about the outcome of a command.
  return JSON.stringify(data).includes("\"_tag\":\"Answered\"") ? "answer" : "decision"
}

const program = Effect.gen(function*() {
  const { append: _, ...adapter } = yield* EventStore.EventStore
  const rows = yield* ReadModelStore
  const crashing = EventStore.context({
    ...adapter,
    commit: (commit, inline) => around(stepOf(commit), adapter.commit(commit, inline))
  })
  // Small batches, so that there are many points to crash at.
  const run = ProcessRunner.run(Moves.saga, { handlers: Moves.handlers(), batchSize: 20 })
  yield* run.pipe(
    Effect.provideContext(crashing),
    Effect.provideService(
      ReadModelStore,
      ReadModelStore.of({ ...rows, update: (id, body, options) => around("batch", rows.update(id, body, options)) })
    )
  )
})

await Effect.runPromise(Effect.provide(program, PostgresStore.layer({ url: Redacted.make(url), migrate: false })))
