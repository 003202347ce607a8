import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { maxEarlier } from "../../../src/process/internal/SagaTransition.ts"
import * as Saga from "../../../src/process/Saga.ts"
import { add, begin, type Data, definition, type Input, play, playOn } from "../../support/Sagas.ts"
import { type Event, handled, observe, Requested, take, Taken } from "../../support/Transfers.ts"

type Step = Saga.Step<Event, Data>

// "first" is completed by its command; "second" and "third" wait for events.
const first: Step = { name: "first", command: add("first"), compensate: add("undo-first") }
const waiting = (name: string, changes: Partial<Step> = {}): Step => ({
  name,
  command: add(name),
  succeededOn: ({ _tag }) => _tag === "Taken",
  failedOn: ({ _tag }) => _tag === "Requested",
  timeout: "1 hour",
  compensate: add(`undo-${name}`),
  ...changes
})
const sagaOf = (...steps: ReadonlyArray<Step>) => Saga.makeUnsafe({ ...definition, steps: [first, ...steps] })

const saga = sagaOf(waiting("second"))
const failing = (n: number) => observe(n, Requested.make({ transfer: "1", coins: 1 }))
const taken = take(2)

describe("an event for a step that has not begun", () => {
  it.each<[string, ReadonlyArray<Input>, string, ReadonlyArray<string>]>([
    ["is used when the step begins, and the command is still sent", [taken, "ok first"], "Succeeded", [
      "send second to second",
      "send Add to well",
      "complete"
    ]],
    ["changes nothing before that", [taken], "Running", []],
    ["may fail the step, whose command is then not sent", [failing(3), "ok first"], "Compensating", [
      "send undo first to undo-first"
    ]],
    ["completes the step if another one failed it before", [failing(3), taken, "ok first"], "Succeeded", [
      "send second to second",
      "send Add to well",
      "complete"
    ]],
    ["completes the step if another one failed it after", [taken, failing(3), "ok first"], "Succeeded", [
      "send second to second",
      "send Add to well",
      "complete"
    ]],
    ["is compensated if a step before it fails", [taken, "refused first"], "Compensating", [
      "send undo second to undo-second"
    ]],
    ["is compensated if it comes after a step before it failed", ["refused first", taken], "Compensating", [
      "send undo second to undo-second"
    ]]
  ])("%s", (_, inputs, phase, decided) => {
    expect(play(saga, ...inputs)).toMatchObject({ phase, decided })
  })

  it("is compensated once", () => {
    const over = ["refused first", taken, "ok undo second"] as const
    expect(play(saga, ...over)).toMatchObject({ phase: "Compensated", decided: [] })
    expect(play(saga, ...over, take(4))).toMatchObject({ phase: "Compensated", decided: [] })
  })

  it("counts for one step, the first that waits for it", () => {
    const two = sagaOf(waiting("second"), waiting("third"))
    expect(play(two, taken, "ok first").decided).toEqual([
      "send second to second",
      "schedule third at 1h",
      "send third to third"
    ])
    expect(play(two, taken, take(3), "ok first")).toMatchObject({ phase: "Succeeded" })
    // The current step comes first.
    expect(play(two, "ok first", taken).decided).toEqual([
      "cancel second",
      "schedule third at 1h 2s",
      "send third to third"
    ])
  })

  it("is kept at most once for each step", () => {
    const { after } = play(saga, ...Array.from({ length: 20 }, (_, n) => take(n + 2)))
    expect(after.state).toMatchObject(Result.succeed({ early: [{ step: "second", event: "Taken", succeeded: true }] }))
    expect(after.events).toHaveLength(2)
  })

  it("is ignored if another command of the same instance caused it, and used if another instance did", () => {
    const takenBy = (process: string) =>
      observe(2, Taken.make({ transfer: "1" }), { metadata: { process, processLabel: "first" } })
    expect(play(saga, takenBy("saga-1"), "ok first")).toMatchObject({ phase: "Running" })
    expect(play(saga, takenBy("saga-2"), "ok first")).toMatchObject({ phase: "Succeeded" })
  })
})

describe("an event before the start of its saga", () => {
  const definitionOf = (changes: Partial<typeof definition>) =>
    Saga.makeUnsafe({ ...definition, steps: [first, waiting("second")], startOn: ["Taken"], ...changes })
  const early = definitionOf({})
  const from = handled(early, taken)

  it("is kept, and used when the saga starts", () => {
    expect(from.pending.phase).toBe("NotStarted")
    expect(playOn(early, from, begin).decided).toEqual(["send first to first"])
    expect(playOn(early, from, begin, "ok first")).toMatchObject({ phase: "Succeeded" })
  })

  it("is not recorded unless it is of a type in startOn", () => {
    expect(handled(saga, taken).events).toEqual([])
  })

  it("is given to start", () => {
    const late = definitionOf({
      start: (event, _, earlier) =>
        event._tag === "Requested"
          ? Option.some({ id: event.transfer, data: { coins: 100 + earlier.length } })
          : Option.none()
    })
    expect(playOn(late, from, begin).after.state).toMatchObject(Result.succeed({ data: { coins: 101 } }))
  })

  it("starts the saga if start returns data: any of several types may", () => {
    const either = definitionOf({
      start: (event) => Option.some({ id: event.transfer, data: { coins: event._tag === "Taken" ? 0 : event.coins } })
    })
    expect(handled(either, taken).pending).toMatchObject({ phase: "Running", commands: [{ label: "first" }] })
    expect(handled(either, begin).pending).toMatchObject({ phase: "Running", commands: [{ label: "first" }] })
  })

  it("parks the instance if too many are kept", () => {
    const many = handled(early, ...Array.from({ length: maxEarlier }, (_, n) => take(n + 2)))
    expect(many.pending).toMatchObject({ parked: null, version: maxEarlier })
    const { after } = playOn(early, many)
    expect(handled(early, ...Array.from({ length: maxEarlier + 1 }, (_, n) => take(n + 2))).pending.parked)
      .toMatchObject({
        stage: "Evolve",
        reason: expect.stringContaining("more than 100 events of the types in startOn came before")
      })
    expect(after.pending.parked).toBeNull()
  })
})
