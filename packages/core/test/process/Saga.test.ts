import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import type { MessageBody } from "../../src/process/internal/ProcessMessage.ts"
import * as Saga from "../../src/process/Saga.ts"
import { add, begin, type Definition, definition, play, saga, taken } from "../support/Sagas.ts"
import { at, failureOf, malformed } from "../support/Sample.ts"
import { handled, jar, observe, Requested, resume, take, Taken } from "../support/Transfers.ts"

describe("a saga", () => {
  it.each<[string, object, string]>([
    ["no steps", { steps: [] }, "steps must not be empty"],
    ["a step without a name", { steps: [{ name: "", command: add("a") }] }, "steps[0].name must be a text"],
    [
      "two steps with the same name",
      { steps: [...definition.steps, definition.steps[1]] },
      "steps[4].name must not repeat \"two\""
    ],
    [
      "the former name of another step",
      { steps: [...definition.steps, { name: "five", formerNames: ["two"], command: add("a") }] },
      "steps[4].formerNames[0] must not repeat \"two\""
    ],
    [
      "retired steps only",
      { steps: [{ name: "one", command: add("a"), retired: true }] },
      "steps must have a step that is not retired"
    ],
    [
      "compensateOnTimeout without a timeout",
      { steps: [{ name: "one", command: add("a"), compensate: add("b"), compensateOnTimeout: true }] },
      "steps[0].compensateOnTimeout needs a timeout and a compensation"
    ],
    [
      "compensateOnTimeout without a compensation",
      { steps: [{ name: "one", command: add("a"), timeout: 5, compensateOnTimeout: true }] },
      "steps[0].compensateOnTimeout needs a timeout and a compensation"
    ],
    [
      "a type in startOn that is not among its events",
      { startOn: ["Taken", "Given"] },
      "startOn[1] must be a type of the saga's events"
    ],
    [
      "a step with the name of a compensation",
      { steps: [{ name: "undo one", command: add("a") }] },
      "steps[0].name must not begin with \"undo \""
    ],
    [
      "a step whose compensation would have too long a name",
      { steps: [{ name: "a".repeat(251), command: add("a") }] },
      "must be a text of 1 to 255 characters"
    ],
    ["a name that no store could hold", { steps: [{ name: "\u0000", command: add("a") }] }, "steps[0].name must not"],
    ...[0, -1, 1.5, NaN, Infinity].map((attempts): [string, object, string] => [
      `${attempts} attempts`,
      { compensation: { attempts } },
      "compensation.attempts must be a whole number from 1"
    ]),
    ...[-1, NaN, Infinity, "soon"].map((backoff): [string, object, string] => [
      `a pause of ${backoff}`,
      { compensation: { backoff } },
      "compensation.backoff must be a duration"
    ]),
    ...[-1, NaN, Infinity, "soon"].map((timeout): [string, object, string] => [
      `a step that may take ${timeout}`,
      { steps: [{ name: "one", command: add("a"), timeout }] },
      "steps[0].timeout must be a duration"
    ]),
    ["a name with a dash", { name: "a-b" }, "name must not contain a dash"],
    ["itself as a target", { targets: [{ ...jar, category: "saga" }] }, "targets[0] must have another category"]
  ])("is refused with %s", (_, parts, message) => {
    expect(failureOf(Saga.make({ ...definition, ...parts }))).toMatchObject({
      _tag: "InvalidInput",
      message: expect.stringContaining(message)
    })
  })

  it("may have a step with the longest name", () => {
    const name = "a".repeat(250)
    const longest = Saga.makeUnsafe({
      ...definition,
      steps: [{ name, command: add("a"), compensate: add("b") }, { name: "last", command: add("c") }]
    })
    expect(play(longest, `ok ${name}`, "refused last").decided).toEqual([`send undo ${name} to b`])
  })

  it("throws the same InvalidInput from makeUnsafe", () => {
    expect(() => Saga.makeUnsafe({ ...definition, steps: malformed<Definition["steps"]>([]) })).toThrow(
      "steps must not be empty"
    )
  })

  it("observes the events of its own commands by default", () => {
    const { correlate: _, ...bySender } = definition
    const { correlate } = Saga.makeUnsafe(bySender)
    const envelope = (process?: string) => malformed<never>({ metadata: { process } })
    expect(correlate(Taken.make({ transfer: "1" }), envelope("saga-7"))).toEqual(Option.some("7"))
    expect(correlate(Taken.make({ transfer: "1" }), envelope("other-7"))).toEqual(Option.none())
    // An event that starts a saga is for that saga, even if a command of another saga caused it.
    expect(correlate(Requested.make({ transfer: "1", coins: 1 }), envelope("saga-7"))).toEqual(Option.some("1"))
  })
})

const all = ["ok one", taken, "ok two", "ok three"] as const

describe("a saga without failures", () => {
  it.each<[string, ReadonlyArray<string | MessageBody>, string, ReadonlyArray<string>]>([
    ["does not complete its first step when only the command succeeds", ["ok one"], "Running", []],
    ["continues when the event of a step arrives", [taken], "Running", [
      "cancel one",
      "schedule two at 2h 2s",
      "send two to two"
    ]],
    ["continues when the command of a step is handled", [taken, "ok two"], "Running", [
      "cancel two",
      "send three to three"
    ]],
    ["cancels nothing after a step without a timeout", [...all], "Running", [
      "schedule four at 1h",
      "send four to four"
    ]],
    ["ends after the last step", [...all, "ok four"], "Succeeded", ["cancel four", "send Add to well", "complete"]]
  ])("%s", (_, steps, phase, decided) => {
    expect(play(saga, ...steps)).toMatchObject({ phase, decided })
  })

  it("starts with its first step", () => {
    expect(handled(saga, begin).events).toMatchObject([{
      decided: [{ name: "one", due: at(3_601_000) }, { label: "one" }]
    }])
    expect(handled(saga, begin).state).toMatchObject(
      Result.succeed({ status: "Running", step: "one", data: { coins: 5 } })
    )
  })

  it("starts neither with another event nor with a signal", () => {
    expect(handled(saga, taken).events).toEqual([])
  })

  it("does not start again", () => {
    const tolerant = Saga.makeUnsafe({ ...definition, steps: [{ name: "one", command: add("one") }] })
    expect(play(tolerant, observe(9, Requested.make({ transfer: "1", coins: 7 }))).after.events).toHaveLength(1)
  })

  it("needs neither onSuccess nor onFailure", () => {
    const { onFailure: _f, onSuccess: _s, ...bare } = definition
    const quiet = Saga.makeUnsafe({ ...bare, steps: [{ name: "one", command: add("one") }] })
    expect(play(quiet, "ok one")).toMatchObject({ phase: "Succeeded", decided: ["complete"] })
    expect(play(quiet, "refused one")).toMatchObject({ phase: "Compensated", decided: [] })
  })
})

describe("a step", () => {
  const undo = "send undo one to undo-one"
  it.each<[string, ReadonlyArray<string | MessageBody>, string, ReadonlyArray<string>]>([
    ["that is refused fails", [taken, "refused two"], "Compensating", ["cancel two", undo]],
    ["whose command fails permanently fails", [taken, "failed two"], "Compensating", ["cancel two", undo]],
    ["that takes too long fails", [taken, "late two"], "Compensating", [undo]],
    ["that fails first leaves nothing to undo", ["refused one"], "Compensated", ["cancel one", "send Take to badly"]],
    ["that waits for an event also fails with its command", ["failed one"], "Compensated", [
      "cancel one",
      "send Take to badly"
    ]],
    ["fails on its event", [observe(9, Requested.make({ transfer: "1", coins: 5 }))], "Compensated", [
      "cancel one",
      "send Take to badly"
    ]],
    ["that fails last undoes the others in reverse order", [...all, "refused four"], "Compensating", [
      "cancel four",
      "send undo two to undo-two"
    ]],
    [
      "is compensated after the later ones, without those that have no compensation",
      [...all, "refused four", "ok undo two"],
      "Compensating",
      [
        undo
      ]
    ],
    ["is not compensated if it failed itself", [...all, "refused four", "ok undo two", "ok undo one"], "Compensated", [
      "send Take to badly"
    ]]
  ])("%s", (_, steps, phase, decided) => {
    expect(play(saga, ...steps)).toMatchObject({ phase, decided })
  })

  it.each<[string, ReadonlyArray<string | MessageBody>, string]>([
    ["refused", ["refused one"], "one: refused: \"no\""],
    ["failed", ["failed one"], "one: it died"],
    ["late", ["late one"], "one: timed out"],
    ["failed by an event", [observe(9, Requested.make({ transfer: "1", coins: 5 }))], "one: Requested"]
  ])("gives the reason why it was %s", (_, steps, note) => {
    expect(play(saga, ...steps).after.pending.commands.at(-1)).toMatchObject({ command: { note } })
  })

  it("that is completed late is compensated before the remaining steps", () => {
    const late = [taken, "late two", "ok two"] as const
    expect(play(saga, ...late)).toMatchObject({ phase: "Compensating", decided: [] })
    // The current compensation ends first.
    expect(play(saga, ...late, "ok undo one").decided).toEqual(["send undo two to undo-two"])
    expect(play(saga, ...late, "ok undo one", "ok undo two")).toMatchObject({
      phase: "Compensated",
      decided: ["send Take to badly"]
    })
  })

  it("that is completed after the compensation is compensated, too, and onFailure is called once", () => {
    const late = [taken, "late two", "ok undo one", "ok two"] as const
    expect(play(saga, ...late)).toMatchObject({ phase: "Compensating", decided: ["send undo two to undo-two"] })
    expect(play(saga, ...late, "ok undo two")).toMatchObject({ phase: "Compensated", decided: [] })
  })

  it("that timed out and is then refused changes nothing", () => {
    expect(play(saga, taken, "late two", "refused two")).toMatchObject({ phase: "Compensating", decided: [] })
    expect(play(saga, taken, "late two", "ok undo one", "failed two")).toMatchObject({
      phase: "Compensated",
      decided: []
    })
  })

  it("whose event comes late is compensated", () => {
    expect(play(saga, "late one", taken)).toMatchObject({ phase: "Compensating", decided: [undo] })
    expect(play(saga, "late one", taken, take(3))).toMatchObject({ phase: "Compensating", decided: [] })
    expect(play(saga, "late one", taken, "ok undo one", take(3))).toMatchObject({ phase: "Compensated", decided: [] })
  })

  it("with an unknown outcome is compensated if its definition has compensateOnTimeout", () => {
    const [one, ...rest] = definition.steps
    const sure = Saga.makeUnsafe({ ...definition, steps: [{ ...one, compensateOnTimeout: true }, ...rest] })
    expect(play(sure, "ok one", "late one")).toMatchObject({ phase: "Compensating", decided: [undo] })
    expect(play(sure, "ok one", "late one", "ok undo one")).toMatchObject({
      phase: "Compensated",
      decided: ["send Take to badly"]
    })
    // Its event comes after it is compensated, or while it is.
    expect(play(sure, "late one", "ok undo one", taken)).toMatchObject({ phase: "Compensated", decided: [] })
    expect(play(sure, "late one", taken, "ok undo one")).toMatchObject({
      phase: "Compensated",
      decided: ["send Take to badly"]
    })
    // The outcome of a step that is refused is known.
    expect(play(sure, "refused one")).toMatchObject({
      phase: "Compensated",
      decided: ["cancel one", "send Take to badly"]
    })
  })

  it("without a compensation may be completed late without effect", () => {
    const plain = Saga.makeUnsafe({ ...definition, steps: [{ name: "one", command: add("one"), timeout: 5 }] })
    expect(play(plain, "late one", "ok one")).toMatchObject({ phase: "Compensated", decided: [] })
  })

  it("is not completed by the outcome of a final command with its name", () => {
    const namesake = Saga.makeUnsafe({
      ...definition,
      steps: [{ name: "Take", command: add("one"), compensate: add("undo-one") }]
    })
    expect(play(namesake, "refused Take").decided).toEqual(["send Take at the end to badly"])
    expect(play(namesake, "refused Take", "ok Take at the end")).toMatchObject({ phase: "Compensated", decided: [] })
  })

  it("sends its command with its own name as the label", () => {
    const labelled = Saga.makeUnsafe({
      ...definition,
      steps: [{ name: "one", command: (data) => ({ ...add("one")(data), label: "mine" }) }]
    })
    expect(play(labelled, "ok one").phase).toBe("Succeeded")
  })
})

describe("a compensation that fails", () => {
  const undoing = [taken, "refused two"] as const
  const again = (times: number) => Array.from({ length: times }, () => ["refused undo one", "late undo one"]).flat()

  it("is retried, each time after twice the delay", () => {
    const due = (steps: ReadonlyArray<string | MessageBody>) => play(saga, ...steps).after.pending.timeouts[0]?.due
    expect(due([...undoing, "refused undo one"])).toEqual(at(10_000))
    expect(play(saga, ...undoing, ...again(1)).decided).toEqual(["send undo one to undo-one"])
    // Relative to the outcome, which was recorded at 0.
    expect(due([...undoing, ...again(1), "failed undo one"])).toEqual(at(20_000))
    expect(play(saga, ...undoing, ...again(2))).toMatchObject({ phase: "Compensating" })
  })

  const stuck = ["ok one", ...undoing, ...again(2), "failed undo one"] as const

  it("waits for a resume after the last attempt", () => {
    const { after, decided, phase } = play(saga, ...stuck)
    expect({ decided, phase }).toEqual({ decided: [], phase: "CompensationFailed" })
    expect(after.pending).toMatchObject({ commands: [], timeouts: [], isCompleted: false })
    expect(after.state).toMatchObject(
      Result.succeed({ status: "CompensationFailed", failure: "two: refused: \"no\"; undo one: it died" })
    )
  })

  it("has the same number of attempts again after it is resumed", () => {
    expect(play(saga, ...stuck, resume)).toMatchObject({
      phase: "Compensating",
      decided: ["send undo one to undo-one"]
    })
    expect(play(saga, ...stuck, resume, ...again(2)).phase).toBe("Compensating")
    expect(play(saga, ...stuck, resume, ...again(2), "refused undo one").phase).toBe("CompensationFailed")
    expect(play(saga, ...stuck, resume, "ok undo one")).toMatchObject({
      phase: "Compensated",
      decided: ["send Take to badly"]
    })
  })

  it("counts the attempts of each step separately", () => {
    const two = [
      ...all,
      "refused four",
      "refused undo two",
      "late undo two",
      "ok undo two",
      "refused undo one"
    ] as const
    expect(play(saga, ...two).after.pending.timeouts[0]?.due).toEqual(at(10_000))
  })

  it("waits together with a step that is completed late, and both are compensated when it is resumed", () => {
    const late = [taken, "late two", ...again(2), "refused undo one", "ok two"] as const
    expect(play(saga, ...late)).toMatchObject({ phase: "CompensationFailed", decided: [] })
    expect(play(saga, ...late, resume, "ok undo one").decided).toEqual(["send undo two to undo-two"])
    expect(play(saga, ...late, resume, "ok undo one", "ok undo two").phase).toBe("Compensated")
  })

  it("is not retried if the maximum is one attempt", () => {
    const hasty = Saga.makeUnsafe({ ...definition, compensation: { attempts: 1 } })
    expect(play(hasty, ...undoing, "refused undo one").phase).toBe("CompensationFailed")
  })

  it("is attempted five times by default, after 1, 2, 4 and 8 seconds", () => {
    const { compensation: _, ...usual } = definition
    const steps = [1, 2, 3, 4].flatMap(() => ["refused undo one", "late undo one"])
    const played = steps.map((_, index) => play(Saga.makeUnsafe(usual), ...undoing, ...steps.slice(0, index + 1)))
    expect(played.flatMap(({ decided }) => decided.filter((one) => one.startsWith("schedule")))).toHaveLength(4)
    expect(play(Saga.makeUnsafe(usual), ...undoing, ...steps, "refused undo one").phase).toBe("CompensationFailed")
  })
})

describe("the status of the instance of a saga", () => {
  it.each<[string, ReadonlyArray<string | MessageBody>, string]>([
    ["that runs is Running", [taken], "Running"],
    ["that succeeded is Completed", [...all, "ok four"], "Completed"],
    ["that is being compensated is Running", [taken, "refused two"], "Running"],
    ["that is compensated is Completed", [taken, "refused two", "ok undo one"], "Completed"],
    ["that is compensated before a step is done late is Running again", ["late one", taken], "Running"]
  ])("%s", (_, steps, status) => {
    expect(play(saga, ...steps).after.status).toBe(status)
  })

  it("that has observed nothing is NotStarted", () => {
    expect(saga.instances.decider.initialState.status).toBe("NotStarted")
  })
})

describe("resuming a saga", () => {
  it.each<[string, ReadonlyArray<string | MessageBody>, string]>([
    ["that is running", [taken], "Running"],
    ["that is being compensated", [taken, "refused two"], "Compensating"],
    ["that waits to retry a compensation", [taken, "refused two", "refused undo one"], "Compensating"],
    ["that is compensated", ["refused one"], "Compensated"]
  ])("%s changes nothing", (_, steps, phase) => {
    const { after, decided } = play(saga, ...steps, resume)
    expect({ decided, phase: after.pending.phase }).toEqual({ decided: [], phase })
  })
})
