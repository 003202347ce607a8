// The telemetry of a program: spans that name the server, spans of its work, and nothing while it is idle.
import { EventStore } from "@refold/store/log/EventStore"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import * as PostgresStore from "../src/PostgresStore.ts"
import { freshDatabase } from "./support/freshDatabase.ts"
import * as Moves from "./support/Moves.ts"
import * as Stores from "./support/Stores.ts"
import * as Tally from "./support/Tally.ts"
import * as Ticks from "./support/Ticks.ts"
import { tracing } from "./support/Tracing.ts"

const tally = Tally.tally()

/** Projectors of two programs, one of which owns the rows, a runner, a subscriber, and the status. */
const start = Effect.gen(function*() {
  const { subscribe } = yield* EventStore
  yield* Projector.start(tally)
  yield* Projector.start(tally)
  yield* ProcessRunner.start(Moves.saga, { handlers: Moves.handlers() })
  yield* Effect.forkScoped(Stream.runDrain(subscribe()))
  yield* Effect.forkScoped(Stream.runDrain(ProjectionStatus.watch("100 millis")))
})

/** Gives work to all of them, and waits until it is done. */
const work = Effect.gen(function*() {
  const { append } = yield* EventStore
  yield* ReadModel.awaitPosition(tally, yield* append(Stores.freshStream("tally"), [Ticks.tick(1)]), {
    timeout: "1 minute"
  })
  yield* ProcessRunner.catchUp(Moves.saga, { handlers: Moves.handlers() })
  // Each loop polls at least once more.
  yield* Effect.sleep("2 seconds")
})

test("a program has spans of its work that name its server, and no spans or log lines while it is idle", () => {
  const { capture, spans } = tracing()
  const lines: Array<unknown> = []
  const logger = Logger.layer([Logger.make(({ message }) => void lines.push(message))])
  return Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const url = yield* freshDatabase()
    const program = Effect.gen(function*() {
      yield* start
      yield* work
      const worked = spans.splice(0)
      lines.length = 0
      yield* Effect.sleep("3 seconds")
      return { worked, idle: spans.map(({ attributes, name }) => `${name} ${String(attributes.get("db.query.text"))}`) }
    }).pipe(
      Effect.scoped,
      Effect.provide(PostgresStore.layer({ url: Redacted.make(url) })),
      capture,
      Effect.provide(logger),
      Effect.provideService(References.MinimumLogLevel, "All")
    )
    const { idle, worked } = yield* program
    expect(idle).toEqual([])
    expect(lines).toEqual([])
    expect(worked.map(({ name }) => name)).toContain("refold.projection.batch")
    const { hostname, pathname, port } = new URL(url)
    const places = worked.filter(({ name }) => name.startsWith("sql")).map(({ attributes }) =>
      ["server.address", "server.port", "db.namespace"].map((name) => attributes.get(name)).join(" ")
    )
    expect([...new Set(places)]).toEqual([`${hostname} ${port} ${pathname.slice(1)}`])
  })))
})
