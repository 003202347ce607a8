import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as ProcessRows from "../../src/process/internal/ProcessRows.ts"
import type { Decided, ProcessEvent } from "../../src/process/ProcessEvent.ts"
import { ProcessParked, ProcessReacted, ProcessWaited } from "../../src/process/ProcessEvent.ts"
import type { Envelope } from "../../src/project/Projection.ts"
import { at, eventId, failureOf, malformed, stream } from "../support/Sample.ts"
import { Requested, trigger } from "../support/Transfers.ts"

const rows = Result.getOrThrow(ProcessRows.make({ name: "moves" }))
const observed = (n: number) => trigger(n, Requested.make({ transfer: "1", coins: n }))

const reacted = (n: number, ...decided: ReadonlyArray<Decided>): ProcessEvent =>
  ProcessReacted.make({ instance: "1", trigger: observed(n), decided, phase: `phase ${n}` })
const parked = ProcessParked.make({ instance: "1", trigger: observed(2), stage: "React", reason: "no idea" })
const waited = ProcessWaited.make({ instance: "1", trigger: observed(3) })
const send: Decided = { _tag: "Send", label: "take", category: "jar", id: "a", command: null }
const schedule = (name: string, millis: number): Decided => ({ _tag: "Schedule", name, due: at(millis) })

const envelope = (n: number): Envelope => ({
  id: eventId(n),
  stream: stream("moves-1"),
  version: malformed(n),
  position: malformed(n),
  metadata: {},
  occurredAt: at(0),
  recordedAt: at(100 * n)
})

// The `n`th event is recorded 100 ms after the one before.
const row = (...events: ReadonlyArray<ProcessEvent>): ProcessRows.ProcessRow =>
  events.reduce<ProcessRows.ProcessRow>(
    (state, event, index) => malformed(rows.evolve(state, event, envelope(index + 1), "moves-1")),
    rows.initialState
  )

describe("the row of an instance", () => {
  it("has the times of its first and last event", () => {
    expect(row(reacted(1))).toMatchObject({ instance: "1", startedAt: at(100), updatedAt: at(100), phase: "phase 1" })
    expect(row(parked, reacted(2), reacted(3))).toMatchObject({ startedAt: at(100), updatedAt: at(300) })
  })

  it("has the status of the instance", () => {
    expect(row(reacted(1)).status).toBe("Running")
    expect(row(reacted(1), parked, waited).status).toBe("Parked")
    expect(row(parked, reacted(2)).status).toBe("Running")
    expect(row(reacted(1, { _tag: "Complete" })).status).toBe("Completed")
  })

  it("is due at once for a command, and at the first due time for timeouts", () => {
    expect(row(reacted(1)).due).toBe(ProcessRows.never)
    expect(row(reacted(1, schedule("b", 9), schedule("a", 7))).due).toBe(7)
    expect(row(reacted(1, schedule("a", 7), send)).due).toBe(0)
    expect(row(reacted(1, schedule("a", 7)), reacted(2, { _tag: "Cancel", name: "a" })).due).toBe(ProcessRows.never)
  })

  it("is due for its commands even if it is parked or completed", () => {
    expect(row(reacted(1, send), parked).due).toBe(0)
    expect(row(reacted(1, schedule("a", 7), send, { _tag: "Complete" })).due).toBe(0)
    expect(row(reacted(1, schedule("a", 7), { _tag: "Complete" })).due).toBe(ProcessRows.never)
  })

  it("is indexed by due time, status and phase", () => {
    expect(rows.indexes.map(({ name }) => name).toSorted()).toEqual(["due", "phase", "status"])
  })

  it("has no projection if the name is too long", () => {
    expect(failureOf(ProcessRows.make({ name: "a".repeat(250) }))).toMatchObject({
      _tag: "InvalidInput",
      field: "name"
    })
  })
})
