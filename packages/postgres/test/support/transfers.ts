/*
 * A process that does nothing but run the saga of transfers, and kills itself where it is told to. It ends with the process
 * that started it.
 */
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as EventStore from "@refold/store/log/EventStore"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Moves from "./Moves.ts"
import type { Death, Told } from "./Workers.ts"

// Whoever started it wrote it.
const { death, url } = JSON.parse(process.argv[2]!) as Told

process.stdin.on("end", () => process.exit()).resume()

let deeds = 0

// Nothing after this line happens, in this process or on its behalf.
const die = Effect.andThen(Effect.sync(() => process.kill(process.pid, "SIGKILL")), Effect.never)

const around = <A, E, R>(deed: Death["deed"], effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  if (death?.deed !== deed) return effect
  return Effect.suspend(() => {
    if (++deeds !== death.nth) return effect
    return death.moment === "before" ? die : Effect.andThen(effect, die)
  })
}

const deedOf = (commit: Parameters<EventStore.Adapter["commit"]>[0]): Death["deed"] => {
  const [{ events: [event] }] = commit.writes
  const { data, type } = event!
  if (type !== "ProcessReacted") return "command"
  // A decision about an event, or about what became of a command.
  return JSON.stringify(data).includes("\"_tag\":\"Answered\"") ? "answer" : "decision"
}

const program = Effect.gen(function*() {
  const { append: _, ...adapter } = yield* EventStore.EventStore
  const rows = yield* ReadModelStore
  const mortal = EventStore.context({
    ...adapter,
    commit: (commit, inline) => around(deedOf(commit), adapter.commit(commit, inline))
  })
  // Small batches, so that there are many of them to die in.
  const run = ProcessRunner.run(Moves.saga, { handlers: Moves.handlers(), batchSize: 20 })
  yield* run.pipe(
    Effect.provideContext(mortal),
    Effect.provideService(
      ReadModelStore,
      ReadModelStore.of({ ...rows, update: (id, body, options) => around("batch", rows.update(id, body, options)) })
    )
  )
})

await Effect.runPromise(Effect.provide(program, PostgresStore.layer({ url: Redacted.make(url), migrate: false })))
