import * as Option from "effect/Option"
import { describe, expect, it } from "vitest"
import { StreamVersion } from "../../src/event/StreamVersion.ts"
import {
  DuplicateEventId,
  IdempotencyConflict,
  isFinal,
  VersionConflict,
  versionConflict
} from "../../src/journal/AppendError.ts"
import * as ExpectedVersion from "../../src/journal/ExpectedVersion.ts"
import { eventId, stream } from "../support/Sample.ts"

describe("the message of", () => {
  it("a version conflict names the actual and the expected version", () => {
    const conflict = (actual: Option.Option<StreamVersion>) =>
      new VersionConflict({ stream: stream("a-1"), expected: ExpectedVersion.Exact(2), actual }).message
    expect(conflict(Option.some(StreamVersion(3)))).toBe("stream \"a-1\" is at version 3, expected version 2")
    expect(conflict(Option.none())).toBe("stream \"a-1\" has no events, expected version 2")
  })

  it("a version conflict about the last event alone names the stored event", () => {
    const conflict = versionConflict(stream("a-1"), ExpectedVersion.Exact(2), StreamVersion(2), eventId(7))
    expect(conflict.message).toBe(
      `stream "a-1" is at version 2 as expected, but its last event is ${eventId(7)} and not the expected one: ` +
        "the log lost events and others were stored; read the stream again from its start"
    )
  })

  it("an idempotency conflict names the key", () => {
    expect(new IdempotencyConflict({ key: "k" }).message).toContain("\"k\"")
  })

  it("a duplicate names the event id", () => {
    expect(new DuplicateEventId({ id: eventId(1) }).message).toContain(eventId(1))
  })
})

describe("a version conflict", () => {
  const { Exact, NoStream, StreamExists } = ExpectedVersion

  it.each([
    [NoStream, 1],
    [Exact(0), 1],
    [Exact(2), 3]
  ])(
    "above the expected version is final: %j at %i",
    (expected, version) => expect(isFinal(versionConflict(stream("a-1"), expected, StreamVersion(version)))).toBe(true)
  )

  it.each([
    [StreamExists, 0],
    [Exact(1), 0],
    [Exact(2), 1]
  ])(
    "below the expected version is not final, because the stream may grow: %j at %i",
    (expected, version) => expect(isFinal(versionConflict(stream("a-1"), expected, StreamVersion(version)))).toBe(false)
  )

  it("about the last event is final", () =>
    expect(isFinal(versionConflict(stream("a-1"), Exact(2), StreamVersion(2), eventId(7)))).toBe(true))
})
