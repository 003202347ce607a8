import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as EventCodec from "../../../src/event/EventCodec.ts"
import * as EventType from "../../../src/event/EventType.ts"
import * as Saga from "../../../src/process/Saga.ts"
import { add, type Data, definition, type Input, type Known, play, playOn } from "../../support/Sagas.ts"
import { type Event, handled, observe, Requested, reread, resume, take, Taken } from "../../support/Transfers.ts"

type Step = Saga.Step<Event, Data>

const step = (name: string, changes: Partial<Step> = {}): Step => ({
  name,
  command: add(name),
  compensate: add(`undo-${name}`),
  ...changes
})

const stepOf = (one: string | Step): Step => typeof one === "string" ? step(one) : one

const sagaOf = (first: string | Step, ...rest: ReadonlyArray<string | Step>): Known =>
  Saga.makeUnsafe({ ...definition, steps: [stepOf(first), ...rest.map(stepOf)] })

const before = sagaOf("a", "b", "c")

// The decisions of the new saga for an instance that got these inputs under the old one, and then others.
const changed = (after: Known, old: ReadonlyArray<Input>, ...inputs: ReadonlyArray<Input>) =>
  playOn(after, play(before, ...old).after, ...inputs)

describe("a saga whose steps change while an instance is at its second step", () => {
  const atB = ["ok a"]
  it.each<[string, Known, ReadonlyArray<Input>, ReadonlyArray<string>]>([
    ["begins a step that was added after it", sagaOf("a", "b", "x", "c"), ["ok b"], ["send x to x"]],
    ["begins a step that was added at the end", sagaOf("a", "b", "c", "x"), ["ok b", "ok c"], ["send x to x"]],
    ["does not begin a step that was added before it", sagaOf("x", "a", "b", "c"), ["ok b"], ["send c to c"]],
    ["does not begin a step that was removed after it", sagaOf("a", "b"), ["ok b"], ["send Add to well", "complete"]],
    ["begins a step that was moved before it", sagaOf("c", "a", "b"), ["ok b"], ["send c to c"]],
    ["does not begin a step again that was moved after it", sagaOf("b", "c", "a"), ["ok b"], ["send c to c"]],
    ["continues after its step was removed", sagaOf("a", "c"), ["ok b"], ["cancel b", "send c to c"]],
    [
      "does not begin the step that replaces its own: it may be the same step",
      sagaOf("a", "x", "c"),
      ["ok b"],
      ["cancel b", "send c to c"]
    ],
    ["continues after its step was renamed", sagaOf("a", step("x", { formerNames: ["b"] }), "c"), ["ok b"], [
      "send c to c"
    ]],
    ["continues after its step was retired", sagaOf("a", step("b", { retired: true }), "c"), ["ok b"], ["send c to c"]],
    ["does not begin a step that was retired", sagaOf("a", "b", step("c", { retired: true })), ["ok b"], [
      "send Add to well",
      "complete"
    ]],
    ["ends after its step if all others were removed", sagaOf("x"), ["ok b"], [
      "cancel b",
      "send Add to well",
      "complete"
    ]]
  ])("%s", (_, after, inputs, decided) => {
    expect(changed(after, atB, ...inputs).decided).toEqual(decided)
  })

  it("fails if the command of its removed step is refused", () => {
    expect(changed(sagaOf("a", "c"), atB, "refused b")).toMatchObject({
      phase: "Compensating",
      decided: ["cancel b", "send undo a to undo-a"]
    })
  })

  it("continues when an operator resumes it, but only if its step was removed", () => {
    expect(changed(sagaOf("a", "c"), atB, resume).decided).toEqual(["cancel b", "send c to c"])
    expect(changed(sagaOf("a", "b", "x"), atB, resume).decided).toEqual([])
  })

  it("has the state that was recorded", () => {
    const { after } = play(before, ...atB)
    expect(changed(sagaOf("x", "b"), atB).after.state).toEqual(after.state)
  })
})

describe("a saga whose completed steps change", () => {
  const failed = ["ok a", "refused b"]

  it("compensates a renamed step under the name that it had", () => {
    const renamed = sagaOf(step("x", { formerNames: ["a"] }), "b")
    expect(changed(renamed, ["ok a"], "refused b").decided).toEqual(["send undo a to undo-x"])
    expect(changed(renamed, ["ok a"], "refused b", "ok undo a")).toMatchObject({ phase: "Compensated" })
  })

  it("compensates a retired step", () => {
    expect(changed(sagaOf(step("a", { retired: true }), "b"), ["ok a"], "refused b").decided).toEqual([
      "send undo a to undo-a"
    ])
  })

  it.each<[string, ReadonlyArray<Input>, ReadonlyArray<Input>]>([
    ["before the failure", ["ok a"], ["refused b"]],
    ["during the compensation", [...failed], ["refused undo a", "late undo a"]]
  ])("stops at a removed step that it cannot compensate, removed %s, with the reason", (_, old, inputs) => {
    const { after, decided, phase } = changed(sagaOf("b", "c"), old, ...inputs)
    expect([phase, decided]).toEqual(["CompensationFailed", []])
    expect(after.state).toMatchObject(Result.succeed({
      completed: ["a"],
      failure: "b: refused: \"no\"; undo a: step \"a\" is not in the definition: " +
        "add it as a retired step, or resume to continue without it"
    }))
  })

  it("continues without a removed step when an operator resumes it, or with the step if the definition has it again", () => {
    const stuck = changed(sagaOf("b", "c"), ["ok a"], "refused b").after
    const without = playOn(sagaOf("b", "c"), stuck, resume)
    expect(without).toMatchObject({ phase: "Compensated", decided: ["send Take to badly"] })
    expect(without.after.state).toMatchObject(Result.succeed({ completed: ["a"] }))
    expect(playOn(sagaOf(step("a", { retired: true }), "b"), stuck, resume).decided).toEqual(["send undo a to undo-a"])
  })

  it("needs no operator for a removed step that had no compensation", () => {
    const plain = sagaOf(step("a", { compensate: undefined }), "b")
    const { after } = play(plain, "ok a")
    expect(playOn(sagaOf("b"), after, "refused b")).toMatchObject({ phase: "Compensated" })
  })

  it("does not compensate a step whose definition no longer has a compensation", () => {
    const plain = sagaOf(step("a", { compensate: undefined }), "b")
    expect(changed(plain, ["ok a"], "refused b")).toMatchObject({ phase: "Compensated" })
    expect(changed(plain, failed, "refused undo a", "late undo a")).toMatchObject({ phase: "Compensated" })
  })
})

describe("a saga whose start has changed", () => {
  it("has the data that start gives now", () => {
    const dearer = Saga.makeUnsafe({
      ...definition,
      start: (event) => Option.some({ id: event.transfer, data: { coins: 100 } })
    })
    const { after } = play(Saga.makeUnsafe(definition))
    expect(playOn(dearer, after).after.state).toMatchObject(Result.succeed({ data: { coins: 100 } }))
  })

  it("parks an instance that the new start does not start, with the reason", () => {
    const never = Saga.makeUnsafe({ ...definition, start: () => Option.none() })
    expect(changed(never, []).after.state).toMatchObject(Result.fail({
      stage: "Evolve",
      reason: expect.stringContaining("start gives None for the event \"Requested\" that started this saga")
    }))
  })
})

describe("a saga whose codec has lost an event type", () => {
  const without = (...types: ReadonlyArray<typeof Requested | typeof Taken>) =>
    Saga.makeUnsafe({ ...definition, events: EventCodec.makeUnsafe(types) })

  it("stays at its step", () => {
    const { after } = play(Saga.makeUnsafe(definition), "ok one", take(2))
    expect(playOn(without(Requested), after).after.state).toEqual(after.state)
    expect(playOn(without(Requested), after, "ok two").decided).toEqual(["cancel two", "send three to three"])
  })

  it("cannot be loaded without the type of the event that started it, and the error names the reason", () => {
    const { after } = play(Saga.makeUnsafe(definition))
    expect(playOn(without(Taken), after).after.state).toMatchObject(Result.fail({
      stage: "Evolve",
      reason: expect.stringContaining("the type of the event that started this saga is not among its events")
    }))
  })
})

describe("a saga that starts with one of several domain events of a stored event", () => {
  const Moved = EventType.make("Moved", Schema.Struct({ transfer: Schema.String })).pipe(
    EventType.splitInto(
      [Requested, Taken],
      ({ transfer }) => [Taken.make({ transfer }), Requested.make({ transfer, coins: 5 })]
    )
  )
  const saga = Saga.makeUnsafe({
    ...definition,
    events: EventCodec.makeUnsafe([Requested, Taken, Moved]),
    startOn: ["Taken"],
    steps: [step("a"), step("b", { succeededOn: ({ _tag }) => _tag === "Taken" })]
  })
  const moved = observe(1, Taken.make({ transfer: "1" }), { type: "Moved", data: { transfer: "1" } })

  it("uses the one before it, and is loaded in the same state", () => {
    const { events, state } = handled(saga, moved)
    expect(state).toMatchObject(Result.succeed({ step: "a", early: [{ step: "b", succeeded: true }] }))
    expect(reread(saga, events).state).toEqual(state)
    expect(playOn(saga, handled(saga, moved), "ok a")).toMatchObject({ phase: "Succeeded" })
  })
})
