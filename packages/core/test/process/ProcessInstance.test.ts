import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import type { MessageBody } from "../../src/process/internal/ProcessMessage.ts"
import * as Process from "../../src/process/Process.ts"
import type { ProcessEvent } from "../../src/process/ProcessEvent.ts"
import { at, failureOf, stream } from "../support/Sample.ts"
import {
  answer,
  discard,
  handle,
  handled,
  jar,
  observe,
  processOf,
  request,
  Requested,
  reread,
  resume,
  retry,
  take,
  Taken,
  trigger
} from "../support/Transfers.ts"

const process = processOf()
const tags = (events: ReadonlyArray<ProcessEvent>) => events.map(({ _tag }) => _tag)
const thrown = (error: unknown) => () => {
  throw error
}

describe("an instance that observes an event", () => {
  it("records it and its reactions, with all that is needed to carry them out", () => {
    const { pending, events, state } = handled(processOf({ phase: (tags) => tags.join() }), request(1))
    expect(events).toEqual([{
      _tag: "ProcessReacted",
      instance: "1",
      trigger: trigger(1, Requested.make({ transfer: "1", coins: 5 })),
      decided: [
        { _tag: "Send", label: "Take", category: "jar", id: "a", command: { _tag: "Take", coins: 5, note: "" } }
      ],
      phase: "Requested",
      due: 0
    }])
    expect(state).toEqual(Result.succeed(["Requested"]))
    expect(pending).toMatchObject({ version: 1, phase: "Requested", commands: [{ sentAt: 1, index: 0 }] })
  })

  it("records nothing if the event changes nothing and leads to nothing", () => {
    expect(handled(processOf({ evolve: (tags) => tags }), take(1)).events).toEqual([])
    expect(handled(processOf({ evolve: (tags) => tags }), request(1)).events).toHaveLength(1)
    expect(handled(process, take(1)).events).toHaveLength(1)
  })

  it("observes it once, and no earlier event of its stream", () => {
    const second = observe(2, Taken.make({ transfer: "1" }), { stream: stream("s-1"), version: 2 })
    const first = observe(1, Taken.make({ transfer: "1" }), { stream: stream("s-1"), version: 1 })
    expect(handled(process, second, second, first).events).toHaveLength(1)
    expect(handled(process, first, second).events).toHaveLength(2)
  })

  it("passes the instance, the time and the envelope to the functions of the process", () => {
    const occasions: Array<unknown> = []
    const watching = processOf({
      evolve: (tags, input, context) => {
        occasions.push(context)
        return [...tags, input._tag]
      },
      react: () => []
    })
    handled(watching, observe(1, Taken.make({ transfer: "1" }), { metadata: { actor: "Ann" } }))
    const { _tag, data: _data, schemaVersion: _version, type: _type, ...envelope } = trigger(
      1,
      Taken.make({ transfer: "1" })
    )
    expect(occasions[0]).toEqual({ instance: "1", at: at(1000), envelope: { ...envelope, metadata: { actor: "Ann" } } })
  })
})

describe("a parked instance", () => {
  const add = Process.send(jar, "a", { _tag: "Add", coins: 1 })
  const poisoned = processOf({
    react: (_, input) => input._tag === "Requested" && input.coins === 13 ? thrown("bad luck")() : [add]
  })
  const repaired = processOf({ react: () => [add] })

  it("keeps all later triggers waiting", () => {
    const { pending, events } = handled(poisoned, take(1), request(2, 13), take(3), answer(1, 0), resume)
    expect(tags(events)).toEqual([
      "ProcessReacted",
      "ProcessParked",
      "ProcessWaited",
      "ProcessWaited",
      "ProcessWaited"
    ])
    expect(pending).toMatchObject({ commands: [], parked: { attempts: 1 } })
    expect(pending.waiting).toHaveLength(4)
  })

  it("has the same result after a fix and a retry as without the fault", () => {
    const messages = [take(1), request(2, 13), take(3), answer(1, 0), resume]
    const helped = reread(repaired, handled(poisoned, ...messages).events, retry)
    const sound = handled(repaired, ...messages)
    expect(helped.state).toEqual(sound.state)
    const decidedBy = (events: ReadonlyArray<ProcessEvent>) =>
      events.flatMap((event) => event._tag === "ProcessReacted" ? [[event.trigger, event.decided]] : [])
    expect(decidedBy(helped.events)).toEqual(decidedBy(sound.events))
    expect(helped.pending).toMatchObject({ parked: null, waiting: [], correlationId: sound.pending.correlationId })
    expect(Equal.equals(helped.pending.observed, sound.pending.observed)).toBe(true)
  })

  it("stays parked if the retry fails again, and counts the attempts", () => {
    const again = handled(poisoned, request(1, 13), take(2), retry, retry)
    expect(again.pending.parked).toMatchObject({ attempts: 3 })
    expect(tags(again.events)).toEqual(["ProcessParked", "ProcessWaited", "ProcessParked", "ProcessParked"])
  })

  it("is retried up to the next trigger that fails", () => {
    const both = handled(processOf({ evolve: thrown("lost") }), take(1), request(2, 13), take(3))
    const helped = reread(poisoned, both.events, retry)
    expect(tags(helped.events.slice(3))).toEqual(["ProcessReacted", "ProcessParked"])
    expect(helped.pending).toMatchObject({ parked: { attempts: 1, stage: "React" }, waiting: [{}, {}] })
    expect(helped.state).toEqual(Result.succeed(["Taken"]))
  })

  it("continues without the discarded trigger, and records the reason", () => {
    const { pending, events, state } = handled(poisoned, request(1, 13), take(2), discard)
    expect(tags(events.slice(2))).toEqual(["ProcessDiscarded", "ProcessReacted"])
    expect(events[2]).toMatchObject({ reason: "booked by hand" })
    expect(state).toEqual(Result.succeed(["Taken"]))
    expect(pending.parked).toBeNull()
    // A discarded trigger is not observed again.
    expect(reread(repaired, events, request(1, 13)).events).toEqual(events)
  })

  it("is parked again if the trigger after the discarded one fails, too", () => {
    const { pending } = handled(poisoned, request(1, 13), request(2, 13), discard)
    expect(pending).toMatchObject({ parked: { attempts: 1 }, waiting: [{ id: expect.stringContaining("2") }] })
  })

  it("still holds the commands that were decided before", () => {
    const { pending } = handled(poisoned, take(1), request(2, 13))
    expect(pending.commands).toHaveLength(1)
  })

  it("may complete during a retry: later triggers have no effect", () => {
    const ends = processOf({ react: () => [Process.complete] })
    const helped = reread(ends, handled(poisoned, request(1, 13), take(2)).events, retry)
    expect(helped.pending).toMatchObject({ isCompleted: true, parked: null, waiting: [] })
    expect(helped.state).toEqual(Result.succeed(["Requested"]))
  })
})

describe("an instance whose recorded events a new deployment cannot fold", () => {
  const before = handled(process, request(1)).events
  const broken = processOf({ evolve: thrown(new Error("what is that?")) })

  it("has the fault as its state, and keeps its pending work", () => {
    const { pending, state } = reread(broken, before)
    expect(failureOf(state)).toEqual({ stage: "Evolve", reason: "it threw Error: what is that?" })
    expect(pending.commands).toHaveLength(1)
  })

  it("is parked at the next trigger, and continues after a fix", () => {
    const parked = reread(broken, before, answer(1, 0), take(2))
    expect(tags(parked.events.slice(1))).toEqual(["ProcessParked", "ProcessWaited"])
    expect(parked.pending.commands).toEqual([])
    const helped = reread(process, parked.events, retry)
    expect(helped.state).toEqual(Result.succeed(["Requested", "CommandSucceeded", "Taken"]))
    expect(helped.pending.parked).toBeNull()
  })
})

describe("an instance that gets a signal", () => {
  const heard = (...messages: ReadonlyArray<MessageBody>) => {
    const inputs: Array<unknown> = []
    const hearing = processOf({
      react: (_, input, context) => {
        inputs.push([input, context])
        return input._tag === "Requested"
          ? [Process.send(jar, "a", { _tag: "Add", coins: 1 }), Process.schedule("late", 500)]
          : []
      }
    })
    return { ...handled(hearing, request(1), ...messages), inputs: inputs.slice(1) }
  }
  const command = { label: "Add", category: "jar", id: "a" }
  const context = { instance: "1", at: at(8000), envelope: undefined }

  it.each(
    [
      [{ _tag: "Succeeded" }, { _tag: "CommandSucceeded", ...command }],
      [{ _tag: "Refused", refusal: { no: 1 } }, { _tag: "CommandRefused", ...command, refusal: { no: 1 } }],
      [{ _tag: "Failed", reason: "it died" }, { _tag: "CommandFailed", ...command, reason: "it died" }],
      [{ _tag: "GivenUp", reason: "gone" }, { _tag: "CommandFailed", ...command, reason: "given up: gone" }]
    ] as const
  )("gets the outcome of its command: %j", (outcome, signal) => {
    expect(heard(answer(1, 0, outcome)).inputs).toEqual([[signal, context]])
  })

  it("gets a timeout at its due time", () => {
    const { events, inputs } = heard({ _tag: "TimeOut", name: "late", scheduledAt: 1 })
    expect(inputs).toEqual([[{ _tag: "TimedOut", name: "late" }, { ...context, at: at(1500) }]])
    expect(events[1]).toMatchObject({ trigger: { _tag: "TimedOut", name: "late", scheduledAt: 1, due: at(1500) } })
  })

  it("gets each signal once, and none for a command or timeout that is not its own", () => {
    const answered = answer(1, 0)
    const late = { _tag: "TimeOut", name: "late", scheduledAt: 1 } as const
    const strangers = [answer(2, 0), answer(1, 1), { ...late, scheduledAt: 2 }, { ...late, name: "early" }]
    const { inputs } = heard(...strangers, answered, answered, late, late)
    expect(inputs).toHaveLength(2)
  })

  it("gets no signal for another decision that was stored under the same version", () => {
    const both = processOf({
      react: (_, input) =>
        input._tag === "Requested"
          ? [Process.send(jar, "a", { _tag: "Add", coins: 1 }), Process.schedule("late", 500)]
          : []
    })
    const first = { ...request(1), decision: "first" }
    const signals = (decision: string): ReadonlyArray<MessageBody> => [
      { _tag: "Answer", sentAt: 1, sentBy: decision, index: 0, outcome: { _tag: "Succeeded" }, at: at(8000) },
      { _tag: "TimeOut", name: "late", scheduledAt: 1, scheduledBy: decision }
    ]
    const { pending } = handled(both, first)
    expect(pending.commands).toMatchObject([{ sentAt: 1, index: 0, sentBy: "first" }])
    expect(pending.timeouts).toMatchObject([{ scheduledAt: 1, scheduledBy: "first" }])
    expect(handled(both, first, ...signals("lost")).events).toHaveLength(1)
    expect(handled(both, first, ...signals("first")).events).toHaveLength(3)
  })

  it("records a signal even if it changes nothing", () => {
    const unchanged = processOf({ evolve: (tags) => tags })
    expect(handled(unchanged, request(1), answer(1, 0)).pending.commands).toEqual([])
  })

  it("schedules a monthly timeout relative to the due time of the last one", () => {
    const monthly = processOf({
      react: (_, input) =>
        input._tag === "Requested" || input._tag === "TimedOut" ? [Process.schedule("pay", "30 days")] : []
    })
    const fire = (scheduledAt: number) => ({ _tag: "TimeOut", name: "pay", scheduledAt }) as const
    const { pending } = handled(monthly, request(1), fire(1), fire(2))
    expect(pending.timeouts).toEqual([{ name: "pay", scheduledAt: 3, due: at(1000 + 3 * 30 * 86_400_000) }])
  })
})

describe("a completed instance", () => {
  const ends = processOf({ react: () => [Process.send(jar, "a", { _tag: "Add", coins: 1 }), Process.complete] })

  it("observes no more events", () => {
    expect(handled(ends, request(1), take(2)).events).toHaveLength(1)
  })

  it("records the outcomes of its last commands, and does not react to them", () => {
    const { pending, events, state } = handled(ends, request(1), answer(1, 0))
    expect(events[1]).toMatchObject({ _tag: "ProcessReacted", decided: [] })
    expect(state).toEqual(Result.succeed(["Requested"]))
    expect(pending.commands).toEqual([])
  })

  it("does not call its functions for them", () => {
    const { events } = handled(ends, request(1))
    const { pending } = reread(processOf({ react: thrown("over") }), events, answer(1, 0))
    expect(pending.parked).toBeNull()
  })
})

describe("an instance with a message of an operator", () => {
  it.each([
    ["to resume without events", [resume], "UnknownInstance"],
    ["to retry without events", [retry], "InstanceNotParked"],
    ["to retry while it is not parked", [take(1), retry], "InstanceNotParked"],
    ["to discard while it is not parked", [take(1), discard], "InstanceNotParked"]
  ])("refuses %s", (_, messages, _tag) => {
    expect(failureOf(handle(process, ...messages))).toEqual({ _tag, instance: "1" })
  })

  it("refuses to resume or retry after completion", () => {
    const ends = processOf({ react: () => [Process.complete] })
    expect(failureOf(handle(ends, take(1), resume))).toEqual({ _tag: "InstanceCompleted", instance: "1" })
    expect(failureOf(handle(ends, take(1), retry))).toEqual({ _tag: "InstanceNotParked", instance: "1" })
  })

  it("gets the reason for which it is resumed", () => {
    const { events, state } = handled(process, take(1), resume)
    expect(state).toEqual(Result.succeed(["Taken", "Resumed"]))
    expect(events[1]).toMatchObject({ trigger: { _tag: "Resumed", reason: "the jar is open", at: at(9000) } })
  })
})
