// The Journal of the law must record the same times as the store, even for commits whose streams have different times.
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as Programs from "../../src/journal/internal/Programs.ts"
import * as FreshNames from "../../src/kit/internal/FreshNames.ts"
import * as SkewedClock from "../../src/kit/internal/SkewedClock.ts"
import * as Law from "../../src/kit/Law.ts"
import * as Suite from "../../src/kit/Suite.ts"
import * as KeyLaws from "../../src/log/internal/KeyLaws.ts"

const write = (stream: string, n: number) => ({
  stream: FreshNames.noteStream(stream),
  expected: ExpectedVersion.Any,
  events: [FreshNames.note(n, n)] as const
})

const program: Programs.ProgramWithKeyExpiry = {
  program: [
    { writes: [write("one", 0)] },
    // Two times: "one" keeps the time of its last event, "two" gets the time of the clock.
    { writes: [write("one", 1), write("two", 2)] },
    { writes: [write("two", 3)], idempotency: { key: Programs.keys[0]! } }
  ],
  expiries: [{ after: 2, back: 0, offset: 1 }]
}

Suite.layer(
  "the memory adapter with a clock that goes back between commits",
  Layer.provideMerge(MemoryStore.layer, SkewedClock.backwards),
  [Law.over(KeyLaws.keyExpiryAgrees, fc.constant(program))],
  { runs: 1 }
)
