import { Cause, Effect, Exit, Fiber, Logger, Metric, References, Tracer } from "effect"
import { TestClock } from "effect/testing"
import { Causation, MemoryStore, Projector } from "refold"
import { expect, it } from "vitest"
import { ask, counted, metrics, send, watch } from "../../examples/howto/Observed.ts"
import { Wallets } from "../../examples/Richest.ts"

/** Runs with the time standing still, and gives the spans and the lines of the log. */
const observed = async <A, E>(program: Effect.Effect<A, E>) => {
  const lines: Array<string> = []
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  const logger = Logger.map(Logger.formatStructured, ({ annotations, level, message }) => {
    lines.push(`${level} ${String(message)} ${JSON.stringify(annotations)}`)
  })
  const answer = await Effect.runPromise(
    program.pipe(
      Effect.withTracer(tracer),
      Effect.provide(Logger.layer([logger])),
      Effect.provideService(References.MinimumLogLevel, "All"),
      Effect.provideService(Causation.Causation, { correlationId: "request-7" }),
      Effect.provideService(Metric.MetricRegistry, new Map()),
      Effect.provide(TestClock.layer())
    )
  )
  return { answer, lines, spans }
}

it("a command and a query have a span and a line of the log, with the correlation id", async () => {
  const { lines, spans } = await observed(
    Effect.gen(function*() {
      const options = { idempotencyKey: "wire-7" }
      yield* send("ada", { _tag: "Deposit", cents: 500, from: "salary" }, options)
      yield* send("ada", { _tag: "Deposit", cents: 500, from: "salary" }, options)
      yield* Effect.flip(send("ada", { _tag: "Withdraw", cents: 900 }))
      yield* Projector.catchUp(Wallets)
      yield* ask({ _tag: "BalanceOf", id: "ada" })
    }).pipe(Effect.provide(MemoryStore.layer))
  )
  const text = [
    "spans",
    ...spans.map(({ attributes, name, status }) =>
      `  ${name} ${JSON.stringify(Object.fromEntries(attributes))}${
        status._tag === "Ended" && Exit.isFailure(status.exit)
          ? ` failed with ${JSON.stringify(Cause.squash(status.exit.cause))}`
          : ""
      }`
    ),
    "log",
    ...lines.map((line) => `  ${line}`)
  ].join("\n")
  await expect(`${text}\n`).toMatchFileSnapshot("../../outputs/howto-observed.txt")
})

it("the metrics of projections and those of your own are in the Prometheus format", async () => {
  const { answer } = await observed(
    Effect.gen(function*() {
      yield* counted("ada", { _tag: "Deposit", cents: 500, from: "salary" })
      yield* Projector.catchUp(Wallets)
      const watching = yield* Effect.forkChild(watch)
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.interrupt(watching)
      return yield* metrics
    }).pipe(Effect.provide(MemoryStore.layer))
  )
  await expect(answer).toMatchFileSnapshot("../../outputs/howto-metrics.txt")
})
