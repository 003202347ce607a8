import { describe, expect, it } from "vitest"
import * as View from "../../src/decide/View.ts"
import * as PendingWork from "../../src/process/internal/PendingWork.ts"
import * as PendingWorkFold from "../../src/process/internal/PendingWorkFold.ts"
import {
  type Decided,
  type EventTrigger,
  ProcessDiscarded,
  type ProcessEvent,
  ProcessParked,
  ProcessReacted,
  ProcessRestarted,
  ProcessWaited,
  type Trigger
} from "../../src/process/ProcessEvent.ts"
import { at, eventId } from "../support/Sample.ts"
import { type Listed, listed, Requested, trigger } from "../support/Transfers.ts"

const observed = (n: number, fields: Partial<EventTrigger> = {}): EventTrigger =>
  trigger(n, Requested.make({ transfer: "1", coins: n }), fields)
const reacted = (trigger: Trigger, ...decided: ReadonlyArray<Decided>): ProcessEvent =>
  ProcessReacted.make({ instance: "1", trigger, decided })
const parked = (trigger: Trigger, reason = "no idea"): ProcessEvent =>
  ProcessParked.make({ instance: "1", trigger, stage: "React", reason })
const waited = (trigger: Trigger): ProcessEvent => ProcessWaited.make({ instance: "1", trigger })
const discarded = ProcessDiscarded.make({ reason: "by hand" })

const command = { label: "take", category: "jar", id: "a", command: { _tag: "Take", coins: 1 } }
const send = (label: string): Decided => ({ _tag: "Send", ...command, label })
const schedule = (name: string, millis: number): Decided => ({ _tag: "Schedule", name, due: at(millis) })
const cancel = (name: string): Decided => ({ _tag: "Cancel", name })
const complete: Decided = { _tag: "Complete" }
const answered = (sentAt: number, index: number): Trigger => ({
  _tag: "Answered",
  sentAt,
  index,
  label: "take",
  category: "jar",
  id: "a",
  outcome: { _tag: "Succeeded" },
  at: at(0)
})
const timedOut = (name: string, scheduledAt: number): Trigger => ({ _tag: "TimedOut", name, scheduledAt, due: at(0) })

const work = (...events: ReadonlyArray<ProcessEvent>) => View.fold(PendingWorkFold.view, events)
const after = (...events: ReadonlyArray<ProcessEvent>) => listed(work(...events))
const labels = ({ commands }: Listed) => commands.map(({ label }) => label)

describe("the pending work of an instance", () => {
  it("counts the events of its stream", () => {
    expect(after().version).toBe(0)
    expect(after(parked(observed(1)), waited(observed(2)), discarded, reacted(observed(2))).version).toBe(4)
  })

  it("holds commands in the order of their decisions, each with its place", () => {
    const { commands } = after(
      reacted(observed(1), schedule("late", 1), send("a"), send("b")),
      reacted(observed(2), send("c"))
    )
    expect(commands.map(({ index, label, sentAt }) => [label, sentAt, index])).toEqual([
      ["a", 1, 1],
      ["b", 1, 2],
      ["c", 2, 0]
    ])
  })

  it("holds a command until its outcome is recorded", () => {
    const sent = reacted(observed(1), send("a"), send("b"))
    expect(labels(after(sent, reacted(answered(1, 0))))).toEqual(["b"])
    expect(labels(after(sent, reacted(answered(1, 1))))).toEqual(["a"])
    expect(labels(after(sent, reacted(answered(2, 0))))).toEqual(["a", "b"])
    expect(PendingWork.commandOf(work(sent), { sentAt: 1, index: 1 })).toMatchObject({ label: "b" })
    expect(PendingWork.commandOf(work(sent), { sentAt: 2, index: 1 })).toBeUndefined()
  })

  it("holds one timeout of each name, the last scheduled one", () => {
    const { timeouts } = after(
      reacted(observed(1), schedule("late", 5), schedule("other", 6)),
      reacted(observed(2), schedule("late", 9))
    )
    expect(timeouts).toEqual([
      { name: "other", due: at(6), scheduledAt: 1 },
      { name: "late", due: at(9), scheduledAt: 2 }
    ])
  })

  it("holds a timeout until it has fired or is cancelled", () => {
    const scheduled = reacted(observed(1), schedule("late", 5))
    expect(after(scheduled, reacted(timedOut("late", 1))).timeouts).toEqual([])
    expect(after(scheduled, reacted(observed(2), cancel("late"))).timeouts).toEqual([])
    expect(after(scheduled, reacted(observed(2), cancel("other"))).timeouts).toHaveLength(1)
    // The one of that name which was scheduled before has been replaced.
    expect(after(scheduled, reacted(observed(2), schedule("late", 9)), reacted(timedOut("late", 1))).timeouts)
      .toHaveLength(
        1
      )
    expect(PendingWork.timeoutOf(work(scheduled), { name: "late", scheduledAt: 1 })).toMatchObject({ due: at(5) })
    expect(PendingWork.timeoutOf(work(scheduled), { name: "late", scheduledAt: 2 })).toBeUndefined()
  })

  it("keeps the commands of a completed instance, but none of its timeouts", () => {
    const completed = after(reacted(observed(1), schedule("late", 5), send("a"), complete, send("b")))
    expect(completed).toMatchObject({ isCompleted: true, timeouts: [] })
    expect(labels(completed)).toEqual(["a", "b"])
  })

  it("has the last observed version of each stream and type", () => {
    const pending = work(
      reacted(observed(1, { stream: "s-1", version: 3 })),
      reacted(observed(2, { stream: "s-2", version: 1 })),
      parked(observed(3, { stream: "s-1", version: 5 }))
    )
    const seen = [["s-1", 3], ["s-1", 5], ["s-1", 6], ["s-2", 1], ["s-2", 2], ["s-3", 1]] as const
    const has = (type: string) =>
      seen.map(([stream, version]) => PendingWork.hasObserved(pending, { stream, type, version }))
    expect(has("Requested")).toEqual([true, true, false, true, false, false])
    // A type that is added later is read from its first event.
    expect(has("Taken")).toEqual([false, false, false, false, false, false])
  })

  it("takes the correlation id of the event that it reacted to last, or that event's own id", () => {
    const by = { metadata: { correlationId: "c" } }
    expect(after(reacted(observed(1, by), send("a"))).commands[0]).toMatchObject({ correlationId: "c" })
    expect(after(reacted(observed(1), send("a"))).commands[0]).toMatchObject({ correlationId: eventId(1) })
    expect(after(reacted(observed(1, by), send("a")), reacted(answered(1, 0), send("b"))).commands[0]).toMatchObject({
      label: "b",
      correlationId: "c"
    })
    expect(after(reacted(observed(1, by)), reacted(observed(2))).correlationId).toBe(eventId(2))
    expect(after(reacted(observed(1, by)), waited(observed(2))).correlationId).toBe("c")
  })

  it("keeps the phase of the last reaction with a phase", () => {
    const phased = ProcessReacted.make({ instance: "1", trigger: observed(1), decided: [], phase: "Running" })
    expect(after(phased, reacted(observed(2))).phase).toBe("Running")
  })

  it("keeps the commands of a completed instance that starts again, and distinguishes them from those of the new run", () => {
    const completed = [reacted(observed(1), send("a"), complete), ProcessRestarted.make({ instance: "1" })]
    const again = after(...completed, reacted(observed(2), send("b"), schedule("late", 5)))
    expect(again).toMatchObject({ isCompleted: false, restartedAt: 2 })
    expect(labels(again)).toEqual(["a", "b"])
    const pending = work(...completed, reacted(observed(2), send("b")))
    const triggers = [answered(1, 0), answered(3, 0), timedOut("late", 1), timedOut("late", 3), observed(9)]
    expect(triggers.map((one) => PendingWork.isOfEarlierRun(pending, one))).toEqual([true, false, true, false, false])
  })

  it("is due at once for a command, and at the first due time for timeouts, and counts what waits", () => {
    const left = (...events: ReadonlyArray<ProcessEvent>) => PendingWork.leftOf(work(...events))
    expect(left(reacted(observed(1)))).toEqual({})
    expect(left(reacted(observed(1), schedule("b", 9), schedule("a", 7)))).toEqual({ due: 7 })
    expect(left(reacted(observed(1), schedule("a", 7), send("a")))).toEqual({ due: 0 })
    expect(left(reacted(observed(1), schedule("a", 7)), parked(observed(2)), waited(observed(3)))).toEqual({
      due: 7,
      waiting: 2
    })
  })
})

describe("the pending work of a parked instance", () => {
  it("has the reason, and holds the triggers that wait, the poisoned one first", () => {
    const pending = after(reacted(observed(1)), parked(observed(2)), waited(observed(3)))
    expect(pending.parked).toEqual({ stage: "React", reason: "no idea", attempts: 1 })
    expect(pending.waiting).toEqual([observed(2), observed(3)])
  })

  it("does not hold a command or a timeout whose trigger waits", () => {
    const before = reacted(observed(1), send("a"), schedule("late", 5))
    const pending = after(before, parked(observed(2)), waited(answered(1, 0)), waited(timedOut("late", 1)))
    expect([pending.commands, pending.timeouts]).toEqual([[], []])
    expect(pending.waiting).toHaveLength(3)
  })

  it("counts the attempts of the first trigger, and has the last reason", () => {
    const pending = after(parked(observed(1)), waited(observed(2)), parked(observed(1), "still no idea"))
    expect(pending.parked).toEqual({ stage: "React", reason: "still no idea", attempts: 2 })
    expect(pending.waiting).toEqual([observed(1), observed(2)])
  })

  it("counts the attempts of the next trigger that fails from one", () => {
    const pending = after(
      parked(observed(1)),
      waited(observed(2)),
      parked(observed(1)),
      reacted(observed(1)),
      parked(observed(2), "another")
    )
    expect(pending.parked).toEqual({ stage: "React", reason: "another", attempts: 1 })
    expect(pending.waiting).toEqual([observed(2)])
  })

  it("drops a waiting timeout if a trigger before it cancels or replaces it", () => {
    const before = [reacted(observed(1), schedule("late", 5), schedule("other", 6)), parked(observed(2))]
    const due = [...before, waited(timedOut("late", 1)), waited(timedOut("other", 1))]
    expect(after(...due, reacted(observed(2), cancel("late"))).waiting).toEqual([timedOut("other", 1)])
    const replaced = after(...due, reacted(observed(2), schedule("late", 9)))
    expect(replaced).toMatchObject({ waiting: [timedOut("other", 1)], timeouts: [{ name: "late", scheduledAt: 5 }] })
    // No trigger is left to retry.
    expect(after(...due, reacted(observed(2), cancel("late"), cancel("other")))).toMatchObject({
      waiting: [],
      parked: null
    })
  })

  it("is not parked after the last waiting trigger is handled", () => {
    const two = [parked(observed(1)), waited(observed(2))]
    expect(after(...two, reacted(observed(1)), reacted(observed(2), send("a")))).toMatchObject({
      parked: null,
      waiting: []
    })
    expect(after(...two, discarded).waiting).toEqual([observed(2)])
    expect(after(...two, discarded, reacted(observed(2)))).toMatchObject({ parked: null, waiting: [] })
  })
})
