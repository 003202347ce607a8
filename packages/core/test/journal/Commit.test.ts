import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { Position } from "../../src/event/Position.ts"
import { StreamVersion } from "../../src/event/StreamVersion.ts"
import * as Commit from "../../src/journal/Commit.ts"
import * as ExpectedVersion from "../../src/journal/ExpectedVersion.ts"
import { at, event, eventId, failureOf, malformed, stream, write } from "../support/Sample.ts"

const one = write("a-1", [event(1)])
const guard = (expected: ExpectedVersion.ExpectedVersion) => write("g-1", [], expected)
const check = (commit: object) => Commit.check(malformed(commit))
const processKey = { key: "refold:moves-1#1.0" }
const refusal = (commit: object) => failureOf(check(commit)).message

describe("check", () => {
  it("returns a valid commit: its writes in their order, and its idempotency key", () => {
    const commit: Commit.Commit = {
      writes: [write("b-1", [event(1), event(2)], ExpectedVersion.Exact(3)), write("a-1", [event(3)])],
      idempotency: { key: "k", fingerprint: "f" }
    }
    expect(Result.getOrThrow(Commit.check(commit))).toEqual(commit)
  })

  it("returns guards, and the id of a last event in lower case", () => {
    const lastEventId = eventId(0xabc)
    const writes = [one, { ...guard(ExpectedVersion.Exact(2)), lastEventId: lastEventId.toUpperCase() }]
    expect(Result.getOrThrow(check({ writes })).writes).toEqual([one, {
      ...guard(ExpectedVersion.Exact(2)),
      lastEventId
    }])
  })

  it("freezes the events", () => {
    const { writes } = Result.getOrThrow(Commit.check({ writes: [one] }))
    const [event] = writes[0].events
    expect([Object.isFrozen(event), Object.isFrozen(event!.data)]).toEqual([true, true])
  })

  it.each<[string, object, string]>([
    ["no writes", { writes: [] }, "writes must not be empty"],
    [
      "more than 1,000 writes",
      { writes: Array.from({ length: 1001 }, (_, n) => write(`a-${n}`, [event(n)])) },
      "writes must not have more than 1000 elements"
    ],
    ["writes that are no list", { writes: undefined }, "writes must not be empty"],
    [
      "a bad stream name",
      { writes: [one, { ...one, stream: "b" }] },
      "writes[1].stream must be category-id, both not empty"
    ],
    [
      "a stream that is no text",
      { writes: [{ ...one, stream: 1 }] },
      "writes[0].stream must be a text that is not empty"
    ],
    [
      "a stream that comes twice",
      { writes: [one, write("b-1", [event(2)]), write("a-1", [event(3)])] },
      "writes[2].stream must not repeat \"a-1\""
    ],
    ...[-1, 0.5, NaN, Infinity, 2 ** 53, "1"].map((version): [string, object, string] => [
      `expected version ${version}`,
      { writes: [{ ...one, expected: { _tag: "Exact", version } }] },
      "writes[0].expected.version must be a whole number of 0 or more"
    ]),
    ["events that are no list", { writes: [{ ...one, events: undefined }] }, "writes[0].events must be an array"],
    ["guards alone", { writes: [guard(ExpectedVersion.NoStream)] }, "writes must have at least one event"],
    ["a guard alone, at any version", { writes: [guard(ExpectedVersion.Any)] }, "writes must have at least one event"],
    [
      "a guard at any version",
      { writes: [one, guard(ExpectedVersion.Any)] },
      "writes[1].expected must not be Any in a write without events"
    ],
    [
      "the stream of a guard that comes twice",
      { writes: [one, { ...guard(ExpectedVersion.StreamExists), stream: "a-1" }] },
      "writes[1].stream must not repeat \"a-1\""
    ],
    [
      "a last event that is no id",
      { writes: [{ ...one, expected: ExpectedVersion.Exact(1), lastEventId: "1" }] },
      "writes[0].lastEventId must be a UUID"
    ],
    ...["Any", "NoStream", "StreamExists", "Exact"].map((_tag): [string, object, string] => [
      `a last event with ${_tag}`,
      { writes: [{ ...one, expected: { _tag, version: 0 }, lastEventId: eventId(1) }] },
      "writes[0].lastEventId must come with an expected version of 1 or more"
    ]),
    [
      "a bad event",
      { writes: [one, write("b-1", [event(2), event(3, { data: { at: [NaN] } })])] },
      "writes[1].events[1].data.at[0] must be a finite number"
    ],
    [
      "an empty key",
      { writes: [one], idempotency: { key: "" } },
      "idempotency.key must be a text of 1 to 255 characters"
    ],
    [
      "a key of 256 characters",
      { writes: [one], idempotency: { key: "k".repeat(256) } },
      "idempotency.key must be a text of 1 to 255 characters"
    ],
    [
      "a key that is no text",
      { writes: [one], idempotency: { key: 1 } },
      "idempotency.key must be a text of 1 to 255 characters"
    ],
    [
      "NUL in the key",
      { writes: [one], idempotency: { key: "\u0000" } },
      "idempotency.key must not contain the character \\u0000"
    ],
    [
      "the key of a process's command for events with another cause",
      { writes: [write("a-1", [event(1, { metadata: { causationId: "moves-1#1.1" } })])], idempotency: processKey },
      "idempotency.key must not begin with \"refold:\": these keys are for commands that processes send"
    ],
    [
      "a lone surrogate in the fingerprint",
      { writes: [one], idempotency: { key: "k", fingerprint: "\ud800" } },
      "idempotency.fingerprint must not contain a lone surrogate"
    ],
    [
      "a neverExpires that is not a boolean",
      { writes: [one], idempotency: { key: "k", neverExpires: "yes" } },
      "idempotency.neverExpires must be true or false"
    ]
  ])("refuses %s", (_, commit, message) => expect(refusal(commit)).toBe(message))

  it.each<[string, object]>([
    ["a write that is no object", { writes: [null] }],
    ["an expected version left out", { writes: [{ ...one, expected: undefined }] }],
    ["an expected version of no known kind", { writes: [{ ...one, expected: { _tag: "Latest" } }] }],
    ["an event that is no object", { writes: [{ ...one, events: [null] }] }],
    ["a fingerprint that is no text", { writes: [one], idempotency: { key: "k", fingerprint: 1 } }]
  ])("refuses %s, and does not throw", (_, commit) => {
    expect(failureOf(check(commit))._tag).toBe("InvalidInput")
  })

  it("accepts the key of a process's command for events that the command caused, and the key never expires", () => {
    const writes = [write("a-1", [event(1, { metadata: { causationId: "moves-1#1.0" } })])]
    const { idempotency } = Result.getOrThrow(check({ writes, idempotency: { ...processKey, neverExpires: false } }))
    expect(idempotency).toEqual({ ...processKey, neverExpires: true })
  })

  it("names the first of several faults", () => {
    expect(refusal({ writes: [{ ...one, events: 1 }, { ...one, stream: "" }], idempotency: { key: "" } }))
      .toBe("writes[0].events must be an array")
  })

  it("accepts an empty fingerprint and the longest key", () => {
    const idempotency = { key: "k".repeat(255), fingerprint: "" }
    expect(Result.isSuccess(check({ writes: [one], idempotency }))).toBe(true)
  })
})

describe("appended", () => {
  it("has the highest position of its streams, whatever their order", () => {
    const place = (position: number): Commit.AppendedStream => ({
      stream: stream("a-1"),
      firstVersion: StreamVersion(1),
      version: StreamVersion(1),
      position: Position(position),
      recordedAt: at(0)
    })
    expect(Commit.appended([place(5), place(9), place(7)])).toMatchObject({ position: 9, deduplicated: false })
    expect(Commit.appended([place(5)], true)).toMatchObject({ position: 5, deduplicated: true })
  })
})
