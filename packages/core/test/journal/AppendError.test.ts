import * as Option from "effect/Option"
import { describe, expect, it } from "vitest"
import { StreamVersion } from "../../src/event/StreamVersion.ts"
import { DuplicateEventId, IdempotencyConflict, VersionConflict } from "../../src/journal/AppendError.ts"
import * as ExpectedVersion from "../../src/journal/ExpectedVersion.ts"
import { eventId, stream } from "../support/Sample.ts"

describe("the message of", () => {
  it("a version conflict says where the stream is and where it was expected", () => {
    const conflict = (actual: Option.Option<StreamVersion>) =>
      new VersionConflict({ stream: stream("a-1"), expected: ExpectedVersion.Exact(2), actual }).message
    expect(conflict(Option.some(StreamVersion(3)))).toBe("stream \"a-1\" is at version 3, expected version 2")
    expect(conflict(Option.none())).toBe("stream \"a-1\" has no events, expected version 2")
  })

  it("an idempotency conflict names the key", () => {
    expect(new IdempotencyConflict({ key: "k" }).message).toContain("\"k\"")
  })

  it("a duplicate names the event id", () => {
    expect(new DuplicateEventId({ id: eventId(1) }).message).toContain(eventId(1))
  })
})
