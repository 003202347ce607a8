import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as EventCodec from "../../src/event/EventCodec.ts"
import * as EventType from "../../src/event/EventType.ts"
import * as Process from "../../src/process/Process.ts"
import type { Signal } from "../../src/process/ProcessInput.ts"
import { at, eventId, failureOf, malformed, stream } from "../support/Sample.ts"
import { definition, type Event, type events, jar, processOf, Requested } from "../support/Transfers.ts"

const { commands: _, ...mute } = jar
const named = (name: string) =>
  malformed<typeof events>(EventCodec.makeUnsafe([EventType.make(name, Schema.Struct({}))]))

describe("a process", () => {
  it("reads the stored names of the event types that it observes", () => {
    const renamed = EventCodec.makeUnsafe([Requested.pipe(EventType.renamedFrom("Asked"))])
    expect(processOf().types).toEqual(["Requested", "Taken"])
    expect(Process.makeUnsafe({ ...definition, events: renamed }).types).toEqual(["Requested", "Asked"])
  })

  it("has its name as the category of its instances, and a projection of them", () => {
    const { instances, rows } = processOf()
    expect(instances.category).toBe("transfers")
    expect(rows).toMatchObject({ name: "transfers instances", categories: ["transfers"], isKeyedByStream: true })
  })

  it("keeps its definition", () => {
    expect(processOf({ categories: ["request"], since: at(1) })).toMatchObject({
      ...definition,
      categories: ["request"],
      since: at(1)
    })
  })

  it.each<[string, object, string]>([
    ["an empty name", { name: "" }, "name must not be empty"],
    ["a name with a dash", { name: "bank-transfers" }, "name must not contain a dash"],
    ["a name that no store could hold", { name: "a\u0000" }, "name must not contain the character \\u0000"],
    ["a name with half a character", { name: "\ud800" }, "name must not contain a lone surrogate"],
    ["a name that is no text", { name: 5 }, "name must be a text"],
    [
      "a name that is too long for an id after it",
      { name: "a".repeat(199) },
      "name must be at most 198 characters long"
    ],
    ["a name of 300 characters", { name: "a".repeat(300) }, "name must be at most 198 characters long"],
    ["no event types", { events: EventCodec.makeUnsafe([]) }, "events must have at least one event type"],
    ["an empty list of categories", { categories: [] }, "categories must have at least one category, or be left out"],
    ["an empty category", { categories: ["a", ""] }, "categories[1] must not be empty"],
    ["a category with a dash", { categories: ["bank-account"] }, "categories[0] must not contain a dash"],
    [
      "a target without a schema of its commands",
      { targets: [jar, { ...mute, commands: Option.none() }] },
      "targets[1] must define the schema of its commands"
    ],
    [
      "itself as a target",
      { targets: [{ ...jar, category: "transfers" }] },
      "targets[0] must have another category than the process"
    ],
    ...(["CommandSucceeded", "CommandRefused", "CommandFailed", "TimedOut", "Resumed"] satisfies Array<Signal["_tag"]>)
      .map((name): [string, object, string] => [
        `an event type that is called ${name}, as a signal is`,
        { events: named(name) },
        `events must not have a type "${name}": signals have that name`
      ])
  ])("is refused with %s", (_, parts, message) => {
    expect(failureOf(Process.make({ ...definition, ...parts }))).toMatchObject({ _tag: "InvalidInput", message })
  })

  it("is refused if an event type has, or had, the name of a signal", () => {
    const renamed = EventCodec.makeUnsafe([Requested.pipe(EventType.renamedFrom("TimedOut"))])
    expect(failureOf(Process.make({ ...definition, events: renamed })).field).toBe("events")
  })

  it("throws the same InvalidInput from makeUnsafe", () => {
    expect(() => processOf({ name: "" })).toThrow("name must not be empty")
  })

  it("passes events and signals to its functions", () => {
    expectTypeOf(definition.evolve).parameter(1).toEqualTypeOf<Event | Signal>()
    // @ts-expect-error -- the aggregate has no such command
    void (() => Process.send(jar, "a", { _tag: "Break" }))
  })
})

describe("the stream of an instance", () => {
  it("is the process's name and the id", () => {
    expect(Process.streamOf({ name: "transfers" }, "a-b")).toEqual(Result.succeed("transfers-a-b"))
  })

  it("has at most 200 characters, name and dash included", () => {
    const longest = "a".repeat(200 - "transfers-".length)
    expect(Result.isSuccess(Process.streamOf({ name: "transfers" }, longest))).toBe(true)
    expect(failureOf(Process.streamOf({ name: "transfers" }, `${longest}a`)).message).toBe(
      "instance must be at most 190 characters long"
    )
    const name = "a".repeat(198)
    expect(Process.streamOf(processOf({ name }), "1")).toEqual(Result.succeed(`${name}-1`))
  })

  it.each<[string, unknown]>([
    ["empty", ""],
    ["very long", "a".repeat(10_000)],
    ["of text that no store could hold", "\u0000"],
    ["undefined", undefined],
    ["a number", 5],
    ["a symbol", Symbol("a")]
  ])("is refused if the id is %s", (_, id) => {
    expect(failureOf(Process.streamOf({ name: "transfers" }, malformed(id)))).toMatchObject({ _tag: "InvalidInput" })
  })
})

describe("the sender of an event's command", () => {
  const sender = (process: unknown, name = "transfers") =>
    Process.sender({ name }, {
      id: eventId(1),
      stream: stream("jar-a"),
      version: malformed(1),
      position: malformed(1),
      metadata: malformed({ process }),
      occurredAt: at(0),
      recordedAt: at(0)
    })

  it("is the instance that the event names", () => {
    expect(sender("transfers-1")).toEqual(Option.some("1"))
    expect(sender("transfers-a-b")).toEqual(Option.some("a-b"))
  })

  it("is None if the event names another process or none", () => {
    for (const process of ["transfers2-1", "transfer-1", "transfers", undefined, 5, null]) {
      expect(sender(process)).toEqual(Option.none())
    }
  })
})
