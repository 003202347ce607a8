import type { EventId } from "@refold/core/event/EventId"
import { EventStoreError, OutcomeUnknown } from "@refold/store/log/EventStoreError"
import { describe, expect, it } from "vitest"

describe("the message of", () => {
  it("an event store error names the operation and the cause", () => {
    expect(new EventStoreError({ operation: "commit", cause: new Error("disk full") }).message)
      .toBe("commit failed: disk full")
    expect(new EventStoreError({ operation: "head", cause: "no answer" }).message).toBe("head failed: no answer")
    expect(new EventStoreError({ operation: "head", cause: Object.create(null) }).message)
      .toBe("head failed: unknown cause")
  })

  it("an unknown outcome states the number of events and the remedy", () => {
    const eventIds = ["a", "b"].map((id) => id as EventId)
    expect(new OutcomeUnknown({ eventIds, cause: "gone" }).message).toContain("2 event(s)")
  })
})

describe("the cause of an event store error", () => {
  it("is kept unchanged", () => {
    const cause = new Error("disk full")
    expect(new EventStoreError({ operation: "commit", cause }).cause).toBe(cause)
  })
})
