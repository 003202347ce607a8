import { describe, expect, it } from "vitest"
import type * as Commit from "../../../src/journal/Commit.ts"
import * as ExpectedVersion from "../../../src/journal/ExpectedVersion.ts"
import * as Fingerprint from "../../../src/journal/internal/Fingerprint.ts"
import { at, event, eventId, malformed, write } from "../../support/Sample.ts"

const one = write("a-1", [event(1)])

describe("the fingerprint of a commit", () => {
  const fingerprint = (...writes: ReadonlyArray<Commit.StreamWrite>) => Fingerprint.ofCommit(malformed({ writes }))

  it("is the same for other ids, times, metadata, schema versions and expected versions", () => {
    const same = write(
      "a-1",
      [event(9, { data: { n: 1 }, occurredAt: at(7), metadata: { actor: "me" }, schemaVersion: 2 })],
      ExpectedVersion.Exact(4)
    )
    expect(fingerprint(same)).toBe(fingerprint(one))
  })

  it("is the same with or without guards, and with any last event", () => {
    const guard = write("g-1", [], ExpectedVersion.NoStream)
    expect(fingerprint(guard, one)).toBe(fingerprint(one))
    expect(fingerprint(one, guard)).toBe(fingerprint(one))
    expect(fingerprint({ ...one, lastEventId: eventId(7) })).toBe(fingerprint(one))
  })

  it("does not depend on the order of keys in the data", () => {
    expect(fingerprint(write("a-1", [event(1, { data: { a: 1, b: 2 } })])))
      .toBe(fingerprint(write("a-1", [event(1, { data: { b: 2, a: 1 } })])))
  })

  it.each([
    ["another stream", [write("a-2", [event(1)])]],
    ["another type", [write("a-1", [event(1, { type: "Other" })])]],
    ["other data", [write("a-1", [event(1, { data: { n: 2 } })])]],
    ["one event more", [write("a-1", [event(1), event(2)])]],
    ["one write more", [one, write("b-1", [event(2)])]]
  ])("differs for %s", (_, writes) => expect(fingerprint(...writes)).not.toBe(fingerprint(one)))

  it("is the given one if the key has one", () => {
    const given = (commit: Commit.Commit) => Fingerprint.ofCommit(commit)
    const idempotency = { key: "k", fingerprint: "f" }
    expect(given({ writes: [one], idempotency })).toBe(Fingerprint.ofGiven("f"))
    expect(given({ writes: [write("b-1", [event(2)])], idempotency })).toBe(given({ writes: [one], idempotency }))
    expect(given({ writes: [one], idempotency: { key: "k", fingerprint: "" } })).toBe(Fingerprint.ofGiven(""))
  })

  it("of content never equals a given one", () => {
    const made = Fingerprint.ofCommit({ writes: [one] })
    for (const given of [made, made.slice("content:".length)]) expect(Fingerprint.ofGiven(given)).not.toBe(made)
  })
})

describe("the fingerprint of a command", () => {
  const one = Fingerprint.ofCommand("account", "a", { _tag: "Deposit", amount: 1 })

  it("does not depend on the order of keys", () => {
    expect(Fingerprint.ofCommand("account", "a", { amount: 1, _tag: "Deposit" })).toBe(one)
  })

  it.each([
    ["another category", Fingerprint.ofCommand("order", "a", { _tag: "Deposit", amount: 1 })],
    ["another id", Fingerprint.ofCommand("account", "b", { _tag: "Deposit", amount: 1 })],
    ["another command", Fingerprint.ofCommand("account", "a", { _tag: "Deposit", amount: 2 })]
  ])("differs for %s", (_, other) => expect(other).not.toBe(one))

  it("of several commands depends on their order", () => {
    expect(Fingerprint.ofCommands(["1", "2"])).not.toBe(Fingerprint.ofCommands(["2", "1"]))
  })
})
