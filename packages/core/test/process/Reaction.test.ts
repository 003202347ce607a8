import * as Duration from "effect/Duration"
import { describe, expect, it } from "vitest"
import * as Reaction from "../../src/process/internal/Reaction.ts"
import { jar } from "../support/Transfers.ts"

describe("a reaction", () => {
  it("that sends a command has the given label, by default the tag of the command", () => {
    const command = { _tag: "Add", coins: 1 } as const
    expect(Reaction.send(jar, "a", command)).toEqual({ _tag: "Send", to: jar, id: "a", command, label: "Add" })
    expect(Reaction.send(jar, "a", command, { label: "put back" }).label).toBe("put back")
  })

  it("that schedules a timeout takes every form of a duration", () => {
    const hour = { _tag: "Schedule", name: "late", due: { after: Duration.hours(1) } }
    expect([3_600_000, "1 hour", { hours: 1 }].map((after) => Reaction.schedule("late", after as Duration.Input)))
      .toEqual([hour, hour, hour])
  })

  it("that cancels a timeout names it, and one that completes the instance has no fields", () => {
    expect(Reaction.cancel("late")).toEqual({ _tag: "Cancel", name: "late" })
    expect(Reaction.complete).toEqual({ _tag: "Complete" })
  })
})
