import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import type { EventId } from "../../src/event/EventId.ts"
import { Position } from "../../src/event/Position.ts"
import { StreamVersion } from "../../src/event/StreamVersion.ts"
import * as AsOf from "../../src/journal/AsOf.ts"
import type * as Commit from "../../src/journal/Commit.ts"
import * as ExpectedVersion from "../../src/journal/ExpectedVersion.ts"
import * as Fingerprint from "../../src/journal/internal/Fingerprint.ts"
import * as Journal from "../../src/journal/Journal.ts"
import type { ReadAllOptions, ReadStreamOptions } from "../../src/journal/ReadOptions.ts"
import { at, event, eventId, failureOf, journalOf, malformed, places, stream, write } from "../support/Sample.ts"

const append = (journal: Journal.Journal, commit: Commit.Commit, millis = 9000) =>
  Journal.append(journal, commit, at(millis))

const all = (journal: Journal.Journal, options?: ReadAllOptions) =>
  places(Result.getOrThrow(Journal.readAll(journal, options)))

describe("append", () => {
  it("returns the place of each write", () => {
    const before = journalOf({ writes: [write("a-1", [event(1), event(2)])] })
    const [journal, appended] = Result.getOrThrow(append(before, {
      writes: [write("b-1", [event(3)]), write("a-1", [event(4), event(5)])]
    }))
    expect(appended).toEqual({
      streams: [
        { stream: "b-1", firstVersion: 1, version: 1, position: 3, recordedAt: at(9000) },
        { stream: "a-1", firstVersion: 3, version: 4, position: 5, recordedAt: at(9000) }
      ],
      position: 5,
      deduplicated: false
    })
    expect(Journal.head(journal)).toBe(5)
    expect(all(journal)).toEqual(["a-1@1", "a-1@2", "b-1@1", "a-1@3", "a-1@4"])
  })

  it("keeps every field of an event, and adds stream, version, position and time", () => {
    const written = event(1, { metadata: { actor: "me", own: 1 }, occurredAt: at(5), schemaVersion: 2 })
    const [read] = Result.getOrThrow(Journal.readAll(journalOf({ writes: [write("a-1", [written])] })))
    expect(read).toEqual({ ...written, stream: "a-1", version: 1, position: 1, commit: 1, recordedAt: at(1000) })
  })

  it("does not change the journal it started from, even if two journals are derived from it", () => {
    const one = journalOf({ writes: [write("a-1", [event(1)])], idempotency: { key: "k" } })
    const [left] = Result.getOrThrow(append(one, { writes: [write("a-1", [event(2)])] }))
    const [right] = Result.getOrThrow(append(one, { writes: [write("b-1", [event(2)])] }))
    expect(all(one)).toEqual(["a-1@1"])
    expect(all(left)).toEqual(["a-1@1", "a-1@2"])
    expect(all(right)).toEqual(["a-1@1", "b-1@1"])
    expect(Journal.head(one)).toBe(1)
    expect(Journal.streamVersion(one, stream("a-1"))).toBe(1)
    expect(all(Journal.empty)).toEqual([])
  })

  it("returns frozen events", () => {
    const [read] = Result.getOrThrow(
      Journal.readAll(journalOf({ writes: [write("a-1", [event(1, { data: { a: [1] } })])] }))
    )
    for (const part of [read, read!.data, (read!.data as { a: object }).a, read!.metadata]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })

  it("returns frozen results, also for an idempotency key", () => {
    const commit: Commit.Commit = { writes: [write("a-1", [event(1)])], idempotency: { key: "k" } }
    const [journal, first] = Result.getOrThrow(append(Journal.empty, commit))
    const [, again] = Result.getOrThrow(append(journal, commit))
    for (const part of [first, first.streams, first.streams[0], again]) expect(Object.isFrozen(part)).toBe(true)
  })

  it("is not changed if the caller changes the data afterwards", () => {
    const data = { list: [1] }
    const journal = journalOf({ writes: [write("a-1", [event(1, { data })])] })
    data.list.push(2)
    expect(Result.getOrThrow(Journal.readAll(journal))[0]!.data).toEqual({ list: [1] })
  })
})

describe("an expected version", () => {
  const journal = journalOf({ writes: [write("a-1", [event(1), event(2)])] })

  it.each([
    ["a-1", ExpectedVersion.Any],
    ["a-1", ExpectedVersion.StreamExists],
    ["a-1", ExpectedVersion.Exact(2)],
    ["b-1", ExpectedVersion.Any],
    ["b-1", ExpectedVersion.NoStream],
    ["b-1", ExpectedVersion.Exact(0)]
  ])("lets a write to %s pass: %j", (name, expected) => {
    expect(Result.isSuccess(append(journal, { writes: [write(name, [event(3)], expected)] }))).toBe(true)
  })

  it.each([
    ["a-1", ExpectedVersion.NoStream, Option.some(2)],
    ["a-1", ExpectedVersion.Exact(0), Option.some(2)],
    ["a-1", ExpectedVersion.Exact(1), Option.some(2)],
    ["a-1", ExpectedVersion.Exact(3), Option.some(2)],
    ["b-1", ExpectedVersion.StreamExists, Option.none()],
    ["b-1", ExpectedVersion.Exact(1), Option.none()]
  ])("refuses a write to %s: %j", (name, expected, actual) => {
    const conflict = failureOf(append(journal, { writes: [write(name, [event(3)], expected)] }))
    expect(conflict).toMatchObject({ _tag: "VersionConflict", stream: name, expected, actual })
  })

  it("that is wrong in one write refuses the whole commit, and the error names the first wrong write", () => {
    const conflict = failureOf(append(journal, {
      writes: [
        write("c-1", [event(3)]),
        write("b-1", [event(4)], ExpectedVersion.StreamExists),
        write("a-1", [event(5)], ExpectedVersion.NoStream)
      ]
    }))
    expect(conflict).toMatchObject({ _tag: "VersionConflict", stream: "b-1" })
    expect(all(journal)).toEqual(["a-1@1", "a-1@2"])
  })
})

describe("a guard", () => {
  const journal = journalOf({ writes: [write("a-1", [event(1), event(2)])] })
  const guarded = (guard: Commit.StreamWrite, idempotency?: Commit.Idempotency): Commit.Commit => ({
    writes: [guard, write("b-1", [event(3)])],
    idempotency
  })

  it("stores nothing and is not in the result", () => {
    const [next, appended] = Result.getOrThrow(append(journal, guarded(write("a-1", [], ExpectedVersion.Exact(2)))))
    expect(appended.streams.map(({ stream }) => stream)).toEqual(["b-1"])
    expect(all(next)).toEqual(["a-1@1", "a-1@2", "b-1@1"])
  })

  it.each([
    ["a-1", ExpectedVersion.Exact(1)],
    ["a-1", ExpectedVersion.NoStream],
    ["c-1", ExpectedVersion.StreamExists]
  ])("that does not hold refuses the commit: %s %j", (name, expected) => {
    const commit = guarded(write(name, [], expected))
    expect(failureOf(append(journal, commit))).toMatchObject({ _tag: "VersionConflict", stream: name, expected })
  })

  it("is not checked for a repeated commit, and may differ in it", () => {
    const key = { key: "k" }
    const [next, first] = Result.getOrThrow(append(journal, guarded(write("c-1", [], ExpectedVersion.NoStream), key)))
    const again = guarded(write("a-1", [], ExpectedVersion.NoStream), key)
    expect(Result.getOrThrow(append(next, again))[1]).toEqual({ ...first, deduplicated: true })
  })
})

describe("the id of a last event", () => {
  const journal = journalOf({ writes: [write("a-1", [event(1), event(2)])] })
  const after = (lastEventId: EventId, expected = 2, events = [event(3)]) => ({
    ...write("a-1", events, ExpectedVersion.Exact(expected)),
    lastEventId
  })

  it("accepts a write after this event", () => {
    expect(Result.isSuccess(append(journal, { writes: [after(eventId(2))] }))).toBe(true)
  })

  it("refuses a write at the right version after another event, with the id of the last event", () => {
    const conflict = failureOf(append(journal, { writes: [after(eventId(1))] }))
    expect(conflict).toMatchObject({ _tag: "VersionConflict", actual: Option.some(2), lastEventId: eventId(2) })
  })

  it("refuses a guard in the same way", () => {
    const commit: Commit.Commit = { writes: [write("b-1", [event(3)]), after(eventId(1), 2, [])] }
    expect(failureOf(append(journal, commit))).toMatchObject({ _tag: "VersionConflict", lastEventId: eventId(2) })
  })

  it("is not checked if the version is wrong", () => {
    const conflict = failureOf(append(journal, { writes: [after(eventId(1), 1)] }))
    expect(conflict).not.toHaveProperty("lastEventId")
  })
})

describe("an event id", () => {
  const journal = journalOf({ writes: [write("a-1", [event(1)])] }, { writes: [write("a-2", [event(9)])] })
  const duplicate = (...writes: Commit.Commit["writes"]) => failureOf(append(journal, { writes }))

  it("is unique in the whole store", () => {
    expect(duplicate(write("b-1", [event(1)]))).toMatchObject({ _tag: "DuplicateEventId", id: eventId(1) })
  })

  it("is unique within a commit, and within a write", () => {
    expect(duplicate(write("b-1", [event(2)]), write("c-1", [event(2)]))).toMatchObject({ id: eventId(2) })
    expect(duplicate(write("b-1", [event(2), event(2)]))).toMatchObject({ id: eventId(2) })
  })

  it("is the same in upper and lower case", () => {
    const id = malformed<EventId>("ABCDEF00-0000-7000-8000-000000000001")
    const [upper] = Result.getOrThrow(append(journal, { writes: [write("b-1", [event(2, { id })])] }))
    const lower = malformed<EventId>(id.toLowerCase())
    expect(failureOf(append(upper, { writes: [write("b-1", [event(2, { id: lower })])] }))._tag).toBe(
      "DuplicateEventId"
    )
  })

  it("of a refused commit can be used again", () => {
    expect(duplicate(write("b-1", [event(2)]), write("c-1", [event(1)]))).toMatchObject({ id: eventId(1) })
    expect(Result.isSuccess(append(journal, { writes: [write("b-1", [event(2)])] }))).toBe(true)
  })
})

describe("the order of checks", () => {
  const first: Commit.Commit = { writes: [write("a-1", [event(1)])], idempotency: { key: "k" } }
  const journal = journalOf(first)
  // Breaks every rule at once, except for the parts that a test corrects.
  const wrong = (fields: Partial<Commit.Commit> = {}) =>
    append(journal, {
      writes: [write("a-1", [event(1, { data: "other" })], ExpectedVersion.NoStream)],
      idempotency: { key: "k" },
      ...fields
    })

  it("is the input first", () => {
    const writes: Commit.Commit["writes"] = [
      write("a-1", [event(1, { data: malformed(NaN) })], ExpectedVersion.NoStream)
    ]
    expect(failureOf(wrong({ writes })))
      .toMatchObject({ _tag: "InvalidInput", field: "writes[0].events[0].data" })
  })

  it("then the idempotency key", () => {
    expect(failureOf(wrong())._tag).toBe("IdempotencyConflict")
    expect(
      Result.isSuccess(append(journal, { ...first, writes: [write("a-1", [event(1)], ExpectedVersion.NoStream)] }))
    )
      .toBe(true)
  })

  it("then the versions", () => {
    expect(failureOf(wrong({ idempotency: { key: "new" } }))._tag).toBe("VersionConflict")
    expect(failureOf(wrong({ idempotency: undefined }))._tag).toBe("VersionConflict")
  })

  it("then the versions of all writes before the ids of any", () => {
    const writes: Commit.Commit["writes"] = [
      write("b-1", [event(1)]),
      write("a-1", [event(2)], ExpectedVersion.NoStream)
    ]
    expect(failureOf(wrong({ writes, idempotency: undefined }))._tag).toBe("VersionConflict")
  })

  it("then the event ids", () => {
    const writes: Commit.Commit["writes"] = [write("a-1", [event(1)])]
    expect(failureOf(wrong({ writes, idempotency: undefined }))._tag).toBe("DuplicateEventId")
  })
})

describe("an idempotency key", () => {
  const first: Commit.Commit = {
    writes: [write("a-1", [event(1)], ExpectedVersion.NoStream)],
    idempotency: { key: "k" }
  }
  const [journal, appended] = Result.getOrThrow(append(Journal.empty, first, 1000))

  it("makes a repeated commit answer as the first did, and store nothing", () => {
    const [moved] = Result.getOrThrow(append(journal, { writes: [write("a-1", [event(2)])] }))
    const [again, answer] = Result.getOrThrow(append(moved, first))
    expect(appended.deduplicated).toBe(false)
    expect(answer).toEqual({ ...appended, deduplicated: true })
    expect(all(again)).toEqual(["a-1@1", "a-1@2"])
  })

  it("recognises a repetition with other ids and times", () => {
    const again: Commit.Commit = { ...first, writes: [write("a-1", [event(7, { data: { n: 1 }, occurredAt: at(8) })])] }
    expect(Result.getOrThrow(append(journal, again))[1]).toEqual({ ...appended, deduplicated: true })
  })

  it("used for another content is a conflict that names the key", () => {
    const other: Commit.Commit = { ...first, writes: [write("a-1", [event(2)])] }
    expect(failureOf(append(journal, other))).toMatchObject({ _tag: "IdempotencyConflict", key: "k" })
  })

  it("with a fingerprint of its own recognises a repetition by that alone", () => {
    const keyed = (fingerprint: string, n: number): Commit.Commit => ({
      writes: [write(`b-${n}`, [event(n)])],
      idempotency: { key: "own", fingerprint }
    })
    const [stored] = Result.getOrThrow(append(journal, keyed("f", 2)))
    expect(Result.getOrThrow(append(stored, keyed("f", 3)))[1]).toMatchObject({
      deduplicated: true,
      streams: [{ stream: "b-2" }]
    })
    expect(failureOf(append(stored, keyed("g", 2)))._tag).toBe("IdempotencyConflict")
  })

  it("given with and without a fingerprint is a conflict, never a match", () => {
    const fingerprint = Fingerprint.ofCommit(first)
    for (const given of [fingerprint, fingerprint.slice("content:".length)]) {
      expect(failureOf(append(journal, { ...first, idempotency: { key: "k", fingerprint: given } }))._tag)
        .toBe("IdempotencyConflict")
    }
  })

  it("of a refused commit can be used again", () => {
    const refused: Commit.Commit = {
      writes: [write("a-1", [event(2)], ExpectedVersion.NoStream)],
      idempotency: { key: "new" }
    }
    expect(failureOf(append(journal, refused))._tag).toBe("VersionConflict")
    const other: Commit.Commit = { writes: [write("c-1", [event(3)])], idempotency: { key: "new" } }
    expect(Result.getOrThrow(append(journal, other))[1].deduplicated).toBe(false)
  })

  it("does nothing if there is none", () => {
    const [once] = Result.getOrThrow(append(Journal.empty, { writes: [write("a-1", [event(1)])] }))
    const [twice] = Result.getOrThrow(append(once, { writes: [write("a-1", [event(2, { data: { n: 1 } })])] }))
    expect(all(twice)).toEqual(["a-1@1", "a-1@2"])
  })
})

describe("forgetKeys", () => {
  const keyed = (n: number, name: string, neverExpires?: boolean): Commit.Commit => ({
    writes: [write(name, [event(n)])],
    idempotency: { key: `k${n}`, fingerprint: "f", neverExpires }
  })
  // Recorded at 1, 2, 3 and 4 seconds.
  const journal = journalOf(keyed(1, "a-1"), keyed(2, "a-1"), keyed(3, "a-1", true), keyed(4, "a-1"))
  const known = (journal: Journal.Journal) =>
    [1, 2, 3, 4].filter((n) =>
      Option.isSome(Result.getOrThrow(Journal.findAppended(journal, { key: `k${n}`, fingerprint: "f" })))
    )
  const forget = (journal: Journal.Journal, millis: number) =>
    Result.getOrThrow(Journal.forgetKeys(journal, at(millis)))

  it.each([
    [1000, 0, [1, 2, 3, 4]],
    [1001, 1, [2, 3, 4]],
    [2000, 1, [2, 3, 4]],
    [2001, 2, [3, 4]],
    [9000, 3, [3]]
  ])("before %d ms forgets %d, none that never expires", (millis, count, left) => {
    const [next, forgotten] = forget(journal, millis)
    expect([forgotten, known(next)]).toEqual([count, left])
    expect(known(journal)).toEqual([1, 2, 3, 4])
    expect(all(next)).toEqual(all(journal))
    expect(forget(next, millis)).toEqual([next, 0])
  })

  it("makes a key new again, which is then as old as its new commit", () => {
    const [forgotten] = forget(journal, 1001)
    const anew = { ...keyed(1, "b-1"), writes: [write("b-1", [event(9)])] } as const
    const [again, appended] = Result.getOrThrow(append(forgotten, anew, 9000))
    expect(appended).toMatchObject({ deduplicated: false, streams: [{ stream: "b-1" }] })
    expect(known(forget(again, 9000)[0])).toEqual([1, 3])
  })

  it("uses the time at which the first event of a commit was recorded, also if the clock has been set back", () => {
    const [early] = Result.getOrThrow(append(journal, keyed(5, "a-1"), 500))
    const [late] = Result.getOrThrow(append(journal, {
      writes: [write("b-1", [event(5)]), write("a-1", [event(6)])],
      idempotency: { key: "k5", fingerprint: "f" }
    }, 500))
    // The event of the stream before was recorded at 4 seconds.
    expect(forget(early, 4000)[1]).toBe(2)
    expect(forget(late, 4000)[1]).toBe(3)
  })

  it("is not changed by a repetition, neither in age nor in whether it expires", () => {
    const [again, answer] = Result.getOrThrow(append(journal, keyed(1, "a-1", true), 9000))
    expect(answer.deduplicated).toBe(true)
    expect(known(forget(again, 1001)[0])).toEqual([2, 3, 4])
  })

  it("refuses an invalid time", () => {
    for (
      const before of [malformed<DateTime.Utc>("2020-01-01"), at(Date.UTC(10000, 0)), malformed<DateTime.Utc>(NaN)]
    ) {
      expect(failureOf(Journal.forgetKeys(journal, before))).toMatchObject({ _tag: "InvalidInput", field: "before" })
    }
  })
})

describe("findAppended", () => {
  const [journal, appended] = Result.getOrThrow(append(Journal.empty, {
    writes: [write("a-1", [event(1)])],
    idempotency: { key: "k", fingerprint: "f" }
  }))

  it("finds what a key and its fingerprint stored", () => {
    expect(Journal.findAppended(journal, { key: "k", fingerprint: "f" }))
      .toEqual(Result.succeed(Option.some({ ...appended, deduplicated: true })))
  })

  it("finds what a key stored under any fingerprint, if none is given", () => {
    expect(Journal.findAppended(journal, { key: "k" }))
      .toEqual(Result.succeed(Option.some({ ...appended, deduplicated: true })))
  })

  it("finds nothing for a new key", () => {
    expect(Journal.findAppended(journal, { key: "l", fingerprint: "f" })).toEqual(Result.succeed(Option.none()))
  })

  it("refuses a known key with another fingerprint", () => {
    expect(failureOf(Journal.findAppended(journal, { key: "k", fingerprint: "g" })))
      .toMatchObject({ _tag: "IdempotencyConflict", key: "k" })
  })
})

describe("recordedAt", () => {
  const recorded = (journal: Journal.Journal) =>
    Result.getOrThrow(Journal.readAll(journal)).map(({ recordedAt }) => DateTime.toEpochMillis(recordedAt))

  it("never decreases within a stream, though the clock may", () => {
    const [one] = Result.getOrThrow(append(Journal.empty, { writes: [write("a-1", [event(1)])] }, 2000))
    const [two, { streams: [{ recordedAt }] }] = Result.getOrThrow(
      append(one, { writes: [write("a-1", [event(2)])] }, 1000)
    )
    const [three] = Result.getOrThrow(append(two, { writes: [write("a-1", [event(3)])] }, 3000))
    expect(recorded(three)).toEqual([2000, 2000, 3000])
    expect(recordedAt).toEqual(at(2000))
  })

  it("of one stream does not affect another", () => {
    const [one] = Result.getOrThrow(append(Journal.empty, { writes: [write("a-1", [event(1)])] }, 2000))
    const [two] = Result.getOrThrow(append(one, { writes: [write("b-1", [event(2)]), write("a-1", [event(3)])] }, 1000))
    expect(recorded(two)).toEqual([2000, 1000, 2000])
  })
})

// a-1: versions 1 to 3 at positions 1, 3, 4; recorded at 1, 3, 4 s; occurred at 100, 50, 300 ms. b-1 in between.
const history = journalOf(
  { writes: [write("a-1", [event(1, { type: "Opened", occurredAt: at(100) })])] },
  { writes: [write("b-1", [event(2, { type: "Opened", occurredAt: at(200) })])] },
  { writes: [write("a-1", [event(3, { type: "Moved", occurredAt: at(50) })])] },
  { writes: [write("a-1", [event(4, { type: "Closed", occurredAt: at(300) })])] }
)

describe("readStream", () => {
  it.each<[string, ReadStreamOptions | undefined, ReadonlyArray<number>]>([
    ["everything by default", undefined, [1, 2, 3]],
    ["what comes after a version", { after: StreamVersion(1) }, [2, 3]],
    ["nothing after the last version", { after: StreamVersion(3) }, []],
    ["nothing far after the last version", { after: StreamVersion(99) }, []],
    ["as of a version", { asOf: AsOf.version(2) }, [1, 2]],
    ["as of version 0", { asOf: AsOf.version(0) }, []],
    ["as of a position", { asOf: AsOf.position(3) }, [1, 2]],
    ["as of an instant of the store's clock", { asOf: AsOf.recordedAt(at(3000)) }, [1, 2]],
    ["as of an instant of the domain's clock", { asOf: AsOf.occurredAt(at(99)) }, [2]],
    ["a range of the store's clock, its end excluded", { recordedAt: { from: at(1000), to: at(4000) } }, [1, 2]],
    ["a range of the domain's clock, its start included", { occurredAt: { from: at(100) } }, [1, 3]],
    ["nothing if the range is inverted", { recordedAt: { from: at(4000), to: at(1000) } }, []],
    ["nothing if the range is inverted by the domain's clock", { occurredAt: { from: at(2), to: at(1) } }, []],
    ["some types", { types: ["Moved", "Closed", "Unknown"] }, [2, 3]],
    ["no types", { types: [] }, []],
    ["a maximum number", { limit: 2 }, [1, 2]],
    ["none", { limit: 0 }, []],
    ["a maximum number of those that pass the filter", { types: ["Closed"], limit: 1 }, [3]],
    ["all conditions at once", { after: StreamVersion(1), asOf: AsOf.version(3), types: ["Moved"], limit: 5 }, [2]]
  ])("reads %s", (_, options, versions) => {
    const events = Result.getOrThrow(Journal.readStream(history, stream("a-1"), options))
    expect(events.map(({ version }) => version)).toEqual(versions)
  })

  it("of an unknown stream is empty", () => {
    expect(Journal.readStream(history, stream("c-1"))).toEqual(Result.succeed([]))
  })

  it("refuses bad options", () => {
    expect(failureOf(Journal.readStream(history, stream("a-1"), { limit: -1 })).field).toBe("limit")
  })
})

describe("readAll", () => {
  it.each<[string, ReadAllOptions | undefined, ReadonlyArray<number>]>([
    ["everything by default", undefined, [1, 2, 3, 4]],
    ["what comes after a position", { after: Position(2) }, [3, 4]],
    ["as of a position", { asOf: AsOf.position(2) }, [1, 2]],
    ["as of an instant of the store's clock", { asOf: AsOf.recordedAt(at(2000)) }, [1, 2]],
    ["as of an instant of the domain's clock", { asOf: AsOf.occurredAt(at(100)) }, [1, 3]],
    ["some categories", { categories: ["b", "c"] }, [2]],
    ["some types", { types: ["Opened"] }, [1, 2]],
    ["nothing if the range is inverted", { occurredAt: { from: at(2), to: at(1) } }, []],
    ["pages", { after: Position(1), limit: 2 }, [2, 3]]
  ])("reads %s", (_, options, positions) => {
    const events = Result.getOrThrow(Journal.readAll(history, options))
    expect(events.map(({ position }) => position)).toEqual(positions)
  })

  it("refuses bad options", () => {
    expect(failureOf(Journal.readAll(history, { categories: ["a-b"] })).field).toBe("categories[0]")
  })
})

describe("findEvent", () => {
  it("finds each event by its id, as it is read", () => {
    const events = Result.getOrThrow(Journal.readAll(history))
    expect(events.map(({ id }) => Journal.findEvent(history, id)))
      .toEqual(events.map((event) => Result.succeed(Option.some(event))))
    expect(Result.getOrThrow(Journal.findEvent(history, eventId(3)))).toMatchObject({
      value: { version: 2, position: 3 }
    })
  })

  it("finds nothing if there is none, nor in a journal before it", () => {
    expect(Journal.findEvent(history, eventId(99))).toEqual(Result.succeed(Option.none()))
    expect(Journal.findEvent(Journal.empty, eventId(1))).toEqual(Result.succeed(Option.none()))
  })

  it("does not find an event of a refused commit", () => {
    const refused = append(history, { writes: [write("a-1", [event(5)], ExpectedVersion.NoStream)] })
    expect(failureOf(refused)._tag).toBe("VersionConflict")
    expect(Journal.findEvent(history, eventId(5))).toEqual(Result.succeed(Option.none()))
  })

  it("finds an event by its id in upper case", () => {
    const id = malformed<EventId>("abcdef00-0000-7000-8000-000000000001")
    const journal = journalOf({ writes: [write("a-1", [event(1, { id })])] })
    expect(Option.isSome(Result.getOrThrow(Journal.findEvent(journal, malformed(id.toUpperCase()))))).toBe(true)
  })

  it("refuses an invalid id", () => {
    expect(failureOf(Journal.findEvent(history, malformed("1")))).toMatchObject({ _tag: "InvalidInput", field: "id" })
  })
})

describe("head and streamVersion", () => {
  it("are 0 if there is nothing", () => {
    expect([Journal.head(Journal.empty), Journal.streamVersion(Journal.empty, stream("a-1"))]).toEqual([0, 0])
  })

  it("count the events of the log and of a stream", () => {
    expect([Journal.head(history), Journal.streamVersion(history, stream("a-1"))]).toEqual([4, 3])
  })
})
