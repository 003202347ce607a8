import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import type { Position } from "../../src/event/Position.ts"
import type { StreamVersion } from "../../src/event/StreamVersion.ts"
import * as ProcessEvent from "../../src/process/ProcessEvent.ts"
import { at, eventId, failureOf, stream } from "../support/Sample.ts"

const event: ProcessEvent.EventTrigger = {
  _tag: "Event",
  id: eventId(1),
  stream: "request-1",
  version: 1,
  position: 7,
  type: "Requested",
  schemaVersion: 2,
  data: { coins: 5, notes: [null, true, "ä"], deep: { "": 0.5 } },
  metadata: { correlationId: "c", actor: "Ann", own: [1] },
  occurredAt: at(-1),
  recordedAt: at(1234)
}
const timedOut: ProcessEvent.TimeoutTrigger = { _tag: "TimedOut", name: "late", scheduledAt: 3, due: at(2000) }
const answered = (outcome: ProcessEvent.Outcome): ProcessEvent.AnswerTrigger => ({
  _tag: "Answered",
  sentAt: 1,
  index: 0,
  label: "take",
  category: "jar",
  id: "a",
  outcome,
  at: at(3000)
})
const resumed: ProcessEvent.ResumeTrigger = { _tag: "Resumed", reason: "it is open", at: at(4000) }
const decided: ReadonlyArray<ProcessEvent.Decided> = [
  { _tag: "Send", label: "take", category: "jar", id: "a", command: { _tag: "Take", coins: 5 }, schemaVersion: 2 },
  { _tag: "Schedule", name: "late", due: at(5000) },
  { _tag: "Cancel", name: "early" },
  { _tag: "Complete" }
]
const { ProcessDiscarded, ProcessParked, ProcessReacted, ProcessRestarted, ProcessWaited } = ProcessEvent

// Every kind of event, trigger, outcome and decision.
const all: ReadonlyArray<ProcessEvent.ProcessEvent> = [
  ProcessReacted.make({ instance: "1", trigger: event, decided, phase: "Running", due: 0 }),
  ProcessReacted.make({ instance: "1", trigger: timedOut, decided: [] }),
  ProcessReacted.make({ instance: "1", trigger: answered({ _tag: "Succeeded" }), decided: [] }),
  ProcessReacted.make({
    instance: "1",
    trigger: answered({ _tag: "Refused", refusal: { _tag: "IsSealed" } }),
    decided: []
  }),
  ProcessParked.make({
    instance: "1",
    trigger: answered({ _tag: "Failed", reason: "it died" }),
    stage: "React",
    reason: "it threw",
    due: 5000,
    waiting: 1
  }),
  ProcessWaited.make({ instance: "1", trigger: resumed, waiting: 2 }),
  ProcessWaited.make({ instance: "1", trigger: answered({ _tag: "GivenUp", reason: "it is gone" }), waiting: 3 }),
  ProcessDiscarded.make({ reason: "booked by hand", waiting: 2 }),
  ProcessRestarted.make({ instance: "1" })
]

const encode = (one: ProcessEvent.ProcessEvent) => Result.getOrThrow(ProcessEvent.codec.encode(one))
const place = {
  id: eventId(1),
  stream: stream("moves-1"),
  version: 1 as StreamVersion,
  position: 1 as Position,
  metadata: {},
  occurredAt: at(0),
  recordedAt: at(0)
}
const decode = (stored: ReturnType<typeof encode>) =>
  Result.getOrThrow(ProcessEvent.codec.decode({ ...stored, ...place }))[0]!

describe("an event of a process", () => {
  // Stored events keep this form. To change it, add a version.
  it("has this form in the store", () => {
    expect(all.map(encode).map((stored) => JSON.stringify(stored))).toMatchInlineSnapshot(`
      [
        "{"type":"ProcessReacted","schemaVersion":1,"data":{"due":0,"phase":"Running","decided":[{"id":"a","_tag":"Send","label":"take","command":{"_tag":"Take","coins":5},"category":"jar","schemaVersion":2},{"due":"1970-01-01T00:00:05.000Z","_tag":"Schedule","name":"late"},{"_tag":"Cancel","name":"early"},{"_tag":"Complete"}],"trigger":{"id":"00000000-0000-7000-8000-000000000001","_tag":"Event","data":{"deep":{"":0.5},"coins":5,"notes":[null,true,"ä"]},"type":"Requested","stream":"request-1","version":1,"metadata":{"own":[1],"actor":"Ann","correlationId":"c"},"position":7,"occurredAt":"1969-12-31T23:59:59.999Z","recordedAt":"1970-01-01T00:00:01.234Z","schemaVersion":2},"instance":"1"}}",
        "{"type":"ProcessReacted","schemaVersion":1,"data":{"decided":[],"trigger":{"due":"1970-01-01T00:00:02.000Z","_tag":"TimedOut","name":"late","scheduledAt":3},"instance":"1"}}",
        "{"type":"ProcessReacted","schemaVersion":1,"data":{"decided":[],"trigger":{"at":"1970-01-01T00:00:03.000Z","id":"a","_tag":"Answered","index":0,"label":"take","sentAt":1,"outcome":{"_tag":"Succeeded"},"category":"jar"},"instance":"1"}}",
        "{"type":"ProcessReacted","schemaVersion":1,"data":{"decided":[],"trigger":{"at":"1970-01-01T00:00:03.000Z","id":"a","_tag":"Answered","index":0,"label":"take","sentAt":1,"outcome":{"_tag":"Refused","refusal":{"_tag":"IsSealed"}},"category":"jar"},"instance":"1"}}",
        "{"type":"ProcessParked","schemaVersion":1,"data":{"due":5000,"stage":"React","reason":"it threw","trigger":{"at":"1970-01-01T00:00:03.000Z","id":"a","_tag":"Answered","index":0,"label":"take","sentAt":1,"outcome":{"_tag":"Failed","reason":"it died"},"category":"jar"},"waiting":1,"instance":"1"}}",
        "{"type":"ProcessWaited","schemaVersion":1,"data":{"trigger":{"at":"1970-01-01T00:00:04.000Z","_tag":"Resumed","reason":"it is open"},"waiting":2,"instance":"1"}}",
        "{"type":"ProcessWaited","schemaVersion":1,"data":{"trigger":{"at":"1970-01-01T00:00:03.000Z","id":"a","_tag":"Answered","index":0,"label":"take","sentAt":1,"outcome":{"_tag":"GivenUp","reason":"it is gone"},"category":"jar"},"waiting":3,"instance":"1"}}",
        "{"type":"ProcessDiscarded","schemaVersion":1,"data":{"reason":"booked by hand","waiting":2}}",
        "{"type":"ProcessRestarted","schemaVersion":1,"data":{"instance":"1"}}",
      ]
    `)
  })

  it.each(all.map((one) => [one._tag, one] as const))("is decoded as it was encoded: %s", (_, one) => {
    const stored = encode(one)
    expect(decode(stored)).toEqual(one)
    expect(encode(decode(stored))).toEqual(stored)
    expect(encode(decode(JSON.parse(JSON.stringify(stored))))).toEqual(stored)
  })

  it("is refused by the codec if it cannot be stored", () => {
    const unstorable = ProcessDiscarded.make({ reason: "\u0000" })
    expect(failureOf(ProcessEvent.codec.encode(unstorable))).toMatchObject({ _tag: "UnencodableEvent" })
  })

  it("of a newer version is a typed error", () => {
    const stored = { ...encode(all[0]!), ...place, schemaVersion: 2 }
    expect(failureOf(ProcessEvent.codec.decode(stored))).toMatchObject({ _tag: "NewerSchemaVersion", latest: 1 })
  })
})
