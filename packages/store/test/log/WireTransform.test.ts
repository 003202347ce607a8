import type { NewEvent } from "@refold/core/event/NewEvent"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { WireTransform } from "@refold/store/log/WireTransform"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"

describe("the default wire transform", () => {
  it("returns the same events in both directions", () => {
    const { fromWire, toWire } = Effect.runSync(WireTransform)
    const event = {} as NewEvent & RecordedEvent
    expect(Effect.runSync(toWire([event]))[0]).toBe(event)
    expect(Effect.runSync(fromWire([event]))[0]).toBe(event)
    expect(Effect.runSync(fromWire([]))).toEqual([])
  })
})
