import * as Polling from "@refold/store/internal/log/Polling"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { tracing } from "../../support/Tracing.ts"

const span = (name: string) => Effect.withSpan(Effect.void, name)

const namesOf = async (effect: Effect.Effect<void>): Promise<ReadonlyArray<string>> => {
  const { capture, spans } = tracing()
  await Effect.runPromise(capture(effect))
  return spans.map(({ name }) => name)
}

describe("a poll", () => {
  it("has no spans", async () => {
    expect(await namesOf(Polling.untraced(span("poll")))).toEqual([])
  })

  it("has spans for the work that it finds, also in a poll within a poll", async () => {
    const work = Polling.work(span("work"))
    expect(await namesOf(Polling.untraced(Polling.untraced(Effect.andThen(span("poll"), work))))).toEqual(["work"])
  })

  it("has no spans for a poll within its work", async () => {
    expect(await namesOf(Polling.untraced(Polling.work(Polling.untraced(span("poll")))))).toEqual([])
  })

  it("has no spans for work if the caller has disabled the tracer", async () => {
    const poll = Polling.untraced(Polling.work(span("work")))
    expect(await namesOf(Effect.withTracerEnabled(poll, false))).toEqual([])
  })
})

describe("work outside of a poll", () => {
  it("has spans", async () => {
    expect(await namesOf(Polling.work(span("work")))).toEqual(["work"])
  })
})
