import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import type { Reaction } from "../../../src/process/internal/Reaction.ts"
import * as Process from "../../../src/process/Process.ts"
import { codec } from "../../../src/process/ProcessEvent.ts"
import { at, malformed } from "../../support/Sample.ts"
import { handled, jar, processOf, request } from "../../support/Transfers.ts"

const thrown = (error: unknown) => () => {
  throw error
}
const send = Process.send(jar, "a", { _tag: "Take", coins: 1, note: "" })

describe("an instance whose process", () => {
  const symbol = Symbol("garbage")
  const without = (part: string): Reaction => malformed({ ...send, [part]: undefined })
  const command = (fields: object): Reaction => malformed({ ...send, command: { _tag: "Take", ...fields } })
  const other = { ...jar, category: "other" }

  it.each<[string, () => unknown, string]>([
    ["throws in react", thrown(new Error("no idea")), "it threw Error: no idea"],
    ["throws undefined", thrown(undefined), "it threw undefined"],
    ["throws a value without a text", thrown(Object.create(null)), "it threw something that has no text"],
    ["throws a text that no store could hold", thrown("\u0000\ud800"), "it threw \ufffd\ufffd"],
    ["returns no list", () => undefined, "react must return an array of reactions"],
    ["gives null", () => null, "react must return an array of reactions"],
    ["returns a text", () => "send", "react must return an array of reactions"],
    ["returns one reaction instead of a list", () => send, "react must return an array of reactions"],
    ["returns a list with a hole", () => Array(1), "react must return reactions: send, schedule, cancel or complete"],
    ["returns null in a list", () => [null], "react must return reactions: send, schedule, cancel or complete"],
    ["returns a text in a list", () => ["send"], "react must return reactions: send, schedule, cancel or complete"],
    [
      "returns an unknown reaction",
      () => [{ _tag: "Wait" }],
      "react must return reactions: send, schedule, cancel or complete"
    ],
    ["sends without a target", () => [without("to")], "it threw TypeError"],
    ["sends without an id", () => [without("id")], "the id of command \"Take\" must be a text"],
    ["sends to an id that is a symbol", () => [{ ...send, id: symbol }], "must be a text"],
    ["sends to an empty id", () => [{ ...send, id: "" }], "id must be a text that is not empty"],
    ["sends to a very long id", () => [{ ...send, id: "a".repeat(10_000) }], "must not be longer than 255 characters"],
    ["sends to an id that no store could hold", () => [{ ...send, id: "\u0000" }], "must not contain the character"],
    ["sends no command", () => [without("command")], "command \"Take\" for \"jar-a\" is invalid"],
    ["sends under no label", () => [without("label")], "label must be a text of 1 to 255 characters"],
    ["sends under an empty label", () => [{ ...send, label: "" }], "label must be a text of 1 to 255 characters"],
    [
      "sends to another aggregate than its targets",
      () => [{ ...send, to: other }],
      "react sends a command to category \"other\": add it to the targets of the process"
    ],
    [
      "sends to a category that no store could hold",
      () => [{ ...send, to: { ...jar, category: "\u0000" } }],
      "react sends a command to category \"\ufffd\""
    ],
    ["schedules nothing", () => [{ _tag: "Schedule", name: "late" }], "it threw"],
    [
      "schedules at an invalid time",
      () => [Process.scheduleAt("late", malformed("soon"))],
      "timeout \"late\" must be a time"
    ],
    [
      "schedules after an infinite duration",
      () => [Process.schedule("late", Duration.infinity)],
      "timeout \"late\" must be a time"
    ],
    ["schedules after NaN", () => [Process.schedule("late", NaN)], "timeout \"late\" must be a time"],
    [
      "schedules after the year 9999",
      () => [Process.schedule("late", "3000000 days")],
      "timeout \"late\" must be a time"
    ],
    ["schedules between two milliseconds", () => [Process.schedule("late", 1.5)], "in whole milliseconds"],
    ["schedules after a value that is not a duration", () => [Process.schedule("late", malformed("soon"))], "it threw"],
    ["schedules under an empty name", () => [Process.schedule("", 1)], "timeout must be a text of 1 to 255"],
    ["schedules under a long name", () => [Process.schedule("a".repeat(256), 1)], "timeout must be a text of 1 to 255"],
    [
      "schedules under a name that no store could hold",
      () => [Process.schedule("\u0000", 1)],
      "timeout must not contain"
    ],
    ["cancels nothing", () => [{ _tag: "Cancel" }], "timeout must be a text of 1 to 255 characters"],
    [
      "cancels a name that no store could hold",
      () => [Process.cancel("\u0000")],
      "timeout must not contain the character"
    ]
  ])("%s is parked with the reason", (_, react, reason) => {
    const { pending, events, state } = handled(processOf({ react: () => malformed(react()) }), request(1))
    expect(events).toEqual([
      expect.objectContaining({ _tag: "ProcessParked", stage: "React", reason: expect.stringContaining(reason) })
    ])
    // Nothing else has changed.
    expect(pending).toMatchObject({ commands: [], timeouts: [], isCompleted: false, version: 1 })
    expect(state).toEqual(Result.succeed([]))
    expect(Result.isSuccess(codec.encode(events[0]!))).toBe(true)
  })

  it("sends a malformed command is parked with all problems of the command", () => {
    const { pending } = handled(processOf({ react: () => [command({ coins: 0.5, note: 5, more: true })] }), request(1))
    expect(pending.parked?.reason).toMatch(/^(?=.*coins: )(?=.*note: )(?=.*more: )/u)
    expect(pending.parked?.reason).toContain("command \"Take\" for \"jar-a\" is invalid")
  })

  it("throws in evolve is parked at that stage", () => {
    const broken = processOf({ evolve: thrown(new Error("no idea")) })
    expect(handled(broken, request(1)).pending.parked).toEqual({
      stage: "Evolve",
      reason: "it threw Error: no idea",
      attempts: 1
    })
  })

  it.each<[string, () => unknown]>([
    ["throws", thrown(new Error("lost"))],
    ["gives an empty text", () => ""],
    ["gives a long text", () => "a".repeat(256)],
    ["gives nothing", () => undefined],
    ["gives what no store could hold", () => "\u0000"]
  ])("whose phase is %s is parked", (_, phase) => {
    const { events } = handled(processOf({ phase: () => malformed(phase()) }), request(1))
    expect(events).toMatchObject([{ _tag: "ProcessParked", stage: "React" }])
  })

  it("returns one invalid reaction decides none of the list", () => {
    const { pending } = handled(processOf({ react: () => [send, Process.cancel("")] }), request(1))
    expect(pending.commands).toEqual([])
  })
})

describe("a timeout in the past", () => {
  const dueOf = (reaction: Reaction) =>
    handled(processOf({ react: () => [reaction] }), request(1)).pending.timeouts.map(({ due }) => due)

  it.each([
    ["after a negative duration", Process.schedule("late", -1)],
    ["after minus infinity", Process.schedule("late", Duration.negativeInfinity)],
    ["at an earlier instant", Process.scheduleAt("late", at(-5000))]
  ])("%s is due at once, at the time of the trigger", (_, reaction) => {
    expect(dueOf(reaction)).toEqual([at(1000)])
  })

  it("is not a timeout at the time of the trigger or later", () => {
    expect(dueOf(Process.scheduleAt("late", at(1000)))).toEqual([at(1000)])
    expect(dueOf(Process.scheduleAt("late", at(7000)))).toEqual([at(7000)])
    expect(dueOf(Process.scheduleAt("late", DateTime.setZoneOffset(at(7000), 3_600_000)))).toEqual([at(7000)])
  })
})
