// A Journal that is asked what a store should have forgotten must have recorded every stream when the store did.
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as Programs from "../../src/journal/internal/Programs.ts"
import * as Fresh from "../../src/kit/internal/Fresh.ts"
import * as JumpingClock from "../../src/kit/internal/JumpingClock.ts"
import * as Law from "../../src/kit/Law.ts"
import * as Suite from "../../src/kit/Suite.ts"
import * as EventStoreLaws from "../../src/log/internal/EventStoreLaws.ts"

const write = (stream: string, n: number) => ({
  stream: Fresh.noteStream(stream),
  expected: ExpectedVersion.Any,
  events: [Fresh.note(n, n)] as const
})

const forgetful: Programs.Forgetful = {
  program: [
    { writes: [write("one", 0)] },
    // Of two times: "one" keeps that of the event before, "two" gets the clock's.
    { writes: [write("one", 1), write("two", 2)] },
    { writes: [write("two", 3)], idempotency: { key: Programs.keys[0]! } }
  ],
  forgettings: [{ after: 2, back: 0, offset: 1 }]
}

Suite.layer(
  "the memory adapter, by a clock that goes back between the commits of a stream",
  Layer.provideMerge(MemoryStore.layer, JumpingClock.backwards),
  [Law.over(EventStoreLaws.forgettingAgrees, fc.constant(forgetful))],
  { runs: 1 }
)
