import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as AsOf from "../../src/journal/AsOf.ts"
import * as Journal from "../../src/journal/Journal.ts"
import { at, event, journalOf, write } from "../support/Sample.ts"

// a-1@1 at position 1, b-1@1 at 2, a-1@2 at 3; the last one is back-dated.
const log = Result.getOrThrow(Journal.readAll(journalOf(
  { writes: [write("a-1", [event(1, { occurredAt: at(500) })])] },
  { writes: [write("b-1", [event(2, { occurredAt: at(600) })])] },
  { writes: [write("a-1", [event(3, { occurredAt: at(400) })])] }
)))

const included = (asOf: AsOf.AsOf) => log.filter((event) => AsOf.includes(asOf, event)).map(({ position }) => position)

describe("as of", () => {
  it.each([[0, []], [1, [1, 2]], [2, [1, 2, 3]], [9, [1, 2, 3]]])(
    "version %d includes versions up to it",
    (n, positions) => expect(included(AsOf.version(n))).toEqual(positions)
  )

  it.each([[0, []], [1, [1]], [2, [1, 2]], [3, [1, 2, 3]]])(
    "position %d includes positions up to it",
    (n, positions) => expect(included(AsOf.position(n))).toEqual(positions)
  )

  it.each([[999, []], [1000, [1]], [1001, [1]], [2000, [1, 2]], [3000, [1, 2, 3]]])(
    "recorded at %d ms includes the events recorded up to then",
    (millis, positions) => expect(included(AsOf.recordedAt(at(millis)))).toEqual(positions)
  )

  it.each([[399, []], [400, [3]], [500, [1, 3]], [599, [1, 3]], [600, [1, 2, 3]]])(
    "occurred at %d ms includes the events that occurred up to then, back-dated ones too",
    (millis, positions) => expect(included(AsOf.occurredAt(at(millis)))).toEqual(positions)
  )
})
