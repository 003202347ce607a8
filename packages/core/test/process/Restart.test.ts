import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as EventCodec from "../../src/event/EventCodec.ts"
import * as Process from "../../src/process/Process.ts"
import type { ProcessEvent } from "../../src/process/ProcessEvent.ts"
import {
  answer,
  handled,
  jar,
  processOf,
  request,
  Requested,
  reread,
  resume,
  retry,
  take
} from "../support/Transfers.ts"

const tags = (events: ReadonlyArray<ProcessEvent>) => events.map(({ _tag }) => _tag)
const add = Process.send(jar, "a", { _tag: "Add", coins: 1 })

// A request starts it, and a taken coin ends it.
const again = processOf({
  restartOn: ({ _tag }) => _tag === "Requested",
  react: (_, input) =>
    input._tag === "Requested"
      ? [add, Process.schedule("late", 500)]
      : input._tag === "Taken"
      ? [Process.complete]
      : []
})

describe("a completed instance whose process restarts", () => {
  it("starts again in its initial state at an event that restarts it", () => {
    const { events, pending, state } = handled(again, request(1), take(2), request(3))
    expect(tags(events)).toEqual(["ProcessReacted", "ProcessReacted", "ProcessRestarted", "ProcessReacted"])
    expect(state).toEqual(Result.succeed(["Requested"]))
    expect(pending).toMatchObject({ isCompleted: false, restartedAt: 3, timeouts: [{ scheduledAt: 4 }] })
  })

  it("ignores all other events, and does not start again without one", () => {
    expect(handled(again, request(1), take(2), take(3)).events).toHaveLength(2)
    expect(handled(processOf({ ...again, restartOn: undefined }), request(1), take(2), request(3)).events).toHaveLength(
      2
    )
  })

  it("continues if the event comes before it is completed", () => {
    expect(handled(again, request(1), request(2)).state).toEqual(Result.succeed(["Requested", "Requested"]))
  })

  it("may end and start again any number of times, and is the fold of its stream", () => {
    const live = handled(again, request(1), take(2), request(3), take(4), request(5))
    expect(tags(live.events).filter((tag) => tag === "ProcessRestarted")).toHaveLength(2)
    expect(reread(again, live.events).state).toEqual(live.state)
    expect(reread(again, live.events).pending).toEqual(live.pending)
  })

  it("records the outcome of a command of an earlier run, which does not reach the process", () => {
    const { events, pending, state } = handled(again, request(1), take(2), request(3), answer(1, 0), answer(4, 0))
    expect(events.slice(4)).toMatchObject([{ decided: [] }, { trigger: { _tag: "Answered", sentAt: 4 } }])
    expect(state).toEqual(Result.succeed(["Requested", "CommandSucceeded"]))
    expect(pending.commands).toEqual([])
  })

  it("is not restarted twice by one event", () => {
    expect(handled(again, request(1), take(2), request(3), take(4), request(3)).events).toHaveLength(5)
  })

  it("is parked if it fails at the event, and starts again after a fix", () => {
    const throws = (): never => {
      throw new Error("no idea")
    }
    const events = handled(again, request(1), take(2)).events
    for (const broken of [{ restartOn: throws }, { react: throws }, { evolve: throws }]) {
      const parked = reread(processOf({ ...again, ...broken }), events, request(3), take(4))
      expect(tags(parked.events.slice(2))).toEqual(["ProcessParked", "ProcessWaited"])
      const helped = reread(again, parked.events, retry)
      expect(tags(helped.events.slice(4))).toEqual(["ProcessRestarted", "ProcessReacted", "ProcessReacted"])
      expect(helped.state).toEqual(Result.succeed(["Requested", "Taken"]))
      expect(helped.pending).toMatchObject({ parked: null, isCompleted: true })
    }
  })
})

describe("an instance that has reacted to an event of a type that the codec does not have any more", () => {
  const events = handled(processOf(), take(1), request(2), take(3)).events
  const without: Process.Process<typeof Requested.Event, ReadonlyArray<string>> = Process.makeUnsafe({
    ...processOf(),
    events: EventCodec.makeUnsafe([Requested]),
    correlate: ({ transfer }) => Option.some(transfer),
    initialState: []
  })

  it("has the state of the other events, and names the type that it leaves out", () => {
    const { pending, state, unknownTypes } = reread(without, events)
    expect(state).toEqual(Result.succeed(["Requested"]))
    expect(unknownTypes).toEqual(["Taken"])
    // The decided commands are still pending.
    expect(pending.commands).toHaveLength(1)
    expect(reread(processOf(), events).unknownTypes).toEqual([])
  })

  it("continues, and is not parked", () => {
    const next = reread(without, events, answer(2, 0), request(4), resume)
    expect(tags(next.events.slice(3))).toEqual(["ProcessReacted", "ProcessReacted", "ProcessReacted"])
    expect(next.state).toEqual(Result.succeed(["Requested", "CommandSucceeded", "Requested", "Resumed"]))
  })

  it("does not react to a waiting trigger of that type", () => {
    const broken = processOf({
      react: () => {
        throw new Error("no idea")
      }
    })
    const parked = handled(broken, take(1), request(2)).events
    const helped = reread(without, parked, retry)
    expect(helped.events.slice(2)).toMatchObject([{ _tag: "ProcessReacted", decided: [] }, {
      decided: [{ _tag: "Send" }]
    }])
    expect(helped).toMatchObject({ pending: { parked: null }, unknownTypes: ["Taken"] })
  })
})

describe("a parked instance with very many waiting triggers", () => {
  it("is retried in steps, each of which fits into a commit", () => {
    const poisoned = processOf({
      react: () => {
        throw new Error("no idea")
      }
    })
    const parked = handled(poisoned, ...Array.from({ length: 450 }, (_, n) => take(n + 1))).events
    const once = reread(processOf(), parked, retry)
    expect(once.pending).toMatchObject({ parked: { attempts: 0 } })
    expect(once.pending.waiting).toHaveLength(250)
    const all = reread(processOf(), parked, retry, retry, retry)
    expect(all.pending).toMatchObject({ parked: null, waiting: [] })
    expect(all.state).toEqual(handled(processOf(), ...Array.from({ length: 450 }, (_, n) => take(n + 1))).state)
  })

  it("is retried in smaller steps if they are large", () => {
    const large = "a".repeat(3 * 1024 * 1024)
    const poisoned = processOf({
      react: () => {
        throw new Error("no idea")
      }
    })
    const requests = [1, 2, 3].map((n) => ({ ...request(n), decision: "d" }))
    const big = requests.map((message) =>
      message._tag !== "Observe"
        ? message
        : { ...message, trigger: { ...message.trigger, data: { transfer: large, coins: 1 } } }
    )
    const once = reread(processOf({ react: () => [] }), handled(poisoned, ...big).events, retry)
    expect(once.pending.waiting).toHaveLength(1)
  })
})
