import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as ProcessRows from "../../src/process/internal/ProcessRows.ts"
import type { Decided, ProcessEvent } from "../../src/process/ProcessEvent.ts"
import {
  ProcessDiscarded,
  ProcessParked,
  ProcessReacted,
  ProcessRestarted,
  ProcessWaited
} from "../../src/process/ProcessEvent.ts"
import type { Envelope } from "../../src/project/Projection.ts"
import { at, eventId, failureOf, malformed, stream } from "../support/Sample.ts"
import { Requested, trigger } from "../support/Transfers.ts"

const rows = Result.getOrThrow(ProcessRows.make({ name: "moves" }))
const observed = (n: number) => trigger(n, Requested.make({ transfer: "1", coins: n }))

const complete: Decided = { _tag: "Complete" }
const reacted = (n: number, left: Pick<ProcessEvent, "due" | "waiting"> = {}, ...decided: ReadonlyArray<Decided>) =>
  ProcessReacted.make({ instance: "1", trigger: observed(n), decided, phase: `phase ${n}`, ...left })
const parked = (waiting = 1) =>
  ProcessParked.make({ instance: "1", trigger: observed(2), stage: "React", reason: "no idea", waiting })
const waited = ProcessWaited.make({ instance: "1", trigger: observed(3), waiting: 2 })
const discarded = ProcessDiscarded.make({ reason: "by hand", waiting: 1 })
const restarted = ProcessRestarted.make({ instance: "1" })

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
    expect(row(parked(), reacted(2), reacted(3))).toMatchObject({ startedAt: at(100), updatedAt: at(300) })
  })

  it("has the status of the instance", () => {
    expect(row(reacted(1)).status).toBe("Running")
    expect(row(reacted(1), parked(), waited).status).toBe("Parked")
    expect(row(parked(), reacted(2)).status).toBe("Running")
    expect(row(reacted(1, {}, complete)).status).toBe("Completed")
    // The later triggers still wait.
    expect(row(parked(), waited, reacted(2, { waiting: 1 }, complete)).status).toBe("Parked")
    expect(row(parked(), waited, reacted(2, { waiting: 1 }, complete), reacted(3)).status).toBe("Completed")
  })

  it("belongs to the latest run", () => {
    const again = row(reacted(1, {}, complete), restarted, reacted(2))
    expect(again).toMatchObject({ status: "Running", startedAt: at(200), phase: "phase 2" })
  })

  it("is due at the time in the last event", () => {
    expect(row(reacted(1)).due).toBe(ProcessRows.never)
    expect(row(reacted(1, { due: 7 })).due).toBe(7)
    expect(row(reacted(1, { due: 7 }), reacted(2, { due: 0 })).due).toBe(0)
    expect(row(reacted(1, { due: 7 }), reacted(2)).due).toBe(ProcessRows.never)
  })

  it("has the reason why the instance is parked, and the number of attempts at the first waiting trigger", () => {
    expect(row(reacted(1)).parked).toBeNull()
    const reason = { stage: "React", reason: "no idea" }
    expect(row(parked(), waited, parked(2))).toMatchObject({ parked: { ...reason, attempts: 2 }, waiting: 2 })
    expect(row(parked(), waited, parked(2), discarded).parked).toEqual({ ...reason, attempts: 0 })
    expect(row(parked(), waited, reacted(2, { waiting: 1 }), parked(1)).parked).toEqual({ ...reason, attempts: 1 })
    expect(row(parked(), reacted(2))).toMatchObject({ parked: null, waiting: 0 })
  })

  it("names the types of the events that the instance has reacted to", () => {
    expect(row(reacted(1), reacted(2), parked()).types).toEqual(["Requested"])
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
