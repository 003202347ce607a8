import * as Process from "@refold/core/process/Process"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Sample from "../../src/kit/internal/Sample.ts"
import * as ApprovedTransfers from "../../src/process/internal/ApprovedTransfers.ts"
import * as Transfers from "../../src/process/internal/Transfers.ts"
import * as Spec from "../../src/Spec.ts"

const saga = Transfers.make("moves", { timeout: "1 hour" })
const spec = Spec.forProcess(saga)
const requested = Transfers.TransferRequested.make({ from: "a", to: "b", coins: 5 })
const taken = Sample.CoinsTaken.make({ coins: 5 })
const added = Sample.CoinsAdded.make({ coins: 5, notes: ["1"] })

const take = Process.send(Sample.aggregate, "a", { _tag: "Take", coins: 5 }, { label: "take" })
const add = Process.send(Sample.aggregate, "b", { _tag: "Add", coins: 5, notes: ["1"] }, { label: "add" })
const putBack = Process.send(
  Sample.aggregate,
  "a",
  { _tag: "Add", coins: 5, notes: ["back from 1"] },
  { label: "undo take" }
)
const takeBack = Process.send(Sample.aggregate, "b", { _tag: "Take", coins: 5 }, { label: "undo add" })
const end = (isDone: boolean, reason = "") => Process.send(Transfers.aggregate, "1", { _tag: "End", isDone, reason })

const succeeded = { _tag: "Succeeded" } as const
const refused = { _tag: "Refused", refusal: { _tag: "IsSealed" } } as const
const reasonOf = (label: string) => `${label}: refused: {"_tag":"IsSealed"}`

const begun = spec.when("transfer-1", requested)
const halfway = begun.whenAnswered("take", succeeded).when("jar-a", taken, { by: "1" })

describe("a saga", () => {
  it("runs its steps in order", () => {
    begun.thenSends([take]).thenPhase("1", "Running")
    begun.whenAnswered("take", succeeded).thenNothing()
    halfway.thenSends([add]).thenSchedules({ add: "1 hour" })
    halfway.whenAnswered("add", succeeded).thenSends([end(true)]).thenCompletes().thenPhase("1", "Succeeded")
  })

  it("has nothing to compensate if the first step is refused", () => {
    const over = begun.whenAnswered("take", refused)
    expect(() => over.thenSends([end(false, reasonOf("take"))]).thenPhase("1", "Compensated")).not.toThrow()
  })

  it("compensates the steps that are done", () => {
    const compensating = halfway.whenAnswered("add", refused)
    compensating.thenSends([putBack]).thenPhase("1", "Compensating")
    const over = compensating.whenAnswered("undo take", succeeded)
    expect(() => over.thenSends([end(false, reasonOf("add"))]).thenPhase("1", "Compensated")).not.toThrow()
  })

  it("compensates after a timeout, and compensates the step that is done after its timeout", () => {
    const late = halfway.whenTimePasses("1 hour")
    late.thenSends([putBack])
    halfway.whenTimePasses("59 minutes").thenNothing()
    // While the first compensation is under way.
    const both = late.whenAnswered("add", succeeded)
    both.thenNothing()
    both.whenAnswered("undo take", succeeded).thenSends([takeBack])
      .whenAnswered("undo add", succeeded).thenSends([end(false, "add: timed out")]).thenPhase("1", "Compensated")
    // After it.
    const over = late.whenAnswered("undo take", succeeded)
    over.thenPhase("1", "Compensated")
    over.whenAnswered("add", succeeded).thenSends([takeBack]).thenPhase("1", "Compensating")
      .whenAnswered("undo add", succeeded).thenNothing().thenPhase("1", "Compensated")
  })

  it("retries a compensation with growing delays until it fails, and again after it is resumed", () => {
    let failing = halfway.whenAnswered("add", refused).whenAnswered("undo take", refused)
    failing.thenSchedules({ "undo take": "1 second" })
    for (const pause of [1, 2, 4, 8]) {
      failing.thenPhase("1", "Compensating")
      failing = failing.whenTimePasses({ seconds: pause }).thenSends([putBack]).whenAnswered("undo take", refused)
    }
    failing.thenNothing().thenPhase("1", "CompensationFailed")
    const resumed = failing.whenResumed("1", "the jar was opened")
    resumed.thenSends([putBack]).thenPhase("1", "Compensating")
    resumed.whenAnswered("undo take", succeeded).thenPhase("1", "Compensated")
  })

  it("ignores events of other instances and repeated events", () => {
    halfway.when("jar-a", taken).thenNothing()
    halfway.when("jar-b", added, { by: "1" }).thenNothing()
    halfway.when("jar-a", taken, { by: "1" }).thenNothing()
    halfway.whenAnswered("add", succeeded).when("jar-a", taken, { by: "1" }).thenNothing()
  })
})

describe("a saga with early events", () => {
  const spec = Spec.forProcess(Transfers.make("approved", {
    ...ApprovedTransfers.options({ jars: Sample.aggregate, transfers: Transfers.aggregate }),
    timeout: undefined
  }))
  const approved = Sample.CoinsAdded.make({ coins: 1, notes: ["approved 1"] })
  const begun = spec.given("transfer-1", [requested])

  it("uses an event that comes before its step begins", () => {
    const early = begun.when("jar-office", approved)
    early.thenNothing()
    const over = early.whenAnswered("take", succeeded)
    expect(() => over.thenCompletes().thenPhase("1", "Succeeded")).not.toThrow()
  })

  it("uses an event that comes before the saga starts", () => {
    const before = spec.when("jar-office", approved)
    before.thenNothing().thenPhase("1", "NotStarted")
    const over = before.given("transfer-1", [requested]).whenAnswered("take", succeeded)
    expect(() => over.thenCompletes().thenPhase("1", "Succeeded")).not.toThrow()
  })

  it("does not wait for the timeout of a step whose event came early", () => {
    const over = begun.when("jar-office", approved).whenAnswered("take", succeeded)
    expect(() => over.thenSchedules({}).whenTimePasses("2 days").thenNothing()).not.toThrow()
  })
})

describe("a spec of a process", () => {
  it("shows the actual and the expected commands", () => {
    expect(() => begun.thenSends([add])).toThrow(
      expect.objectContaining({
        name: "AssertionError",
        message: "the commands differ",
        actual: [expect.objectContaining({ id: "a" })],
        expected: [expect.objectContaining({ id: "b" })]
      })
    )
    expect(() => begun.thenNothing()).toThrow("the process reacts")
    expect(() => begun.thenCompletes()).toThrow("no instance is completed")
    expect(() => begun.thenSchedules({ add: "1 hour" })).toThrow("the timeouts differ")
    expect(() => begun.thenPhase("1", "Compensated")).toThrow("the phase of instance")
    expect(() => begun.thenState("1", { status: "NotStarted" })).toThrow("the state of instance")
  })

  it("compares the state of an instance after given events", () => {
    const given = spec.given("transfer-1", [requested]).given("jar-a", [taken], { by: "1" })
    expect(() => given.thenPhase("1", "Running")).not.toThrow()
    expect(() => given.thenState("1", { status: "NotStarted" })).toThrow("the state of instance")
    // An instance without events is in its initial state.
    expect(() => given.thenState("9", { status: "NotStarted" }).thenPhase("9", "")).not.toThrow()
  })

  it("fails if an instance refuses a message", () => {
    expect(() => spec.whenResumed("9", "why not")).toThrow("instance \"9\" refuses: UnknownInstance")
    const over = halfway.whenAnswered("add", succeeded)
    expect(() => over.whenResumed("1", "why not")).toThrow("instance \"1\" refuses: InstanceCompleted")
  })

  it("fires timeouts in the order of their due times", () => {
    const process = Process.makeUnsafe<Transfers.Followed, ReadonlyArray<string>>({
      name: "waits",
      events: Transfers.events,
      targets: [],
      correlate: () => Option.some("1"),
      initialState: [],
      evolve: (observed, input) => [...observed, input._tag === "TimedOut" ? input.name : input._tag],
      react: (_, input) =>
        input._tag === "TransferRequested" ? [Process.schedule("second", 20), Process.schedule("first", 10)] : []
    })
    const waiting = Spec.forProcess(process).when("transfer-1", requested)
    expect(() => waiting.thenSchedules({ first: 10, second: 20 })).not.toThrow()
    const over = waiting.whenTimePasses(20)
    expect(() => over.thenState("1", ["TransferRequested", "first", "second"]).thenNothing()).not.toThrow()
    expect(() => waiting.whenTimePasses(19).thenState("1", ["TransferRequested", "first"])).not.toThrow()
  })

  it("shows why an instance is parked", () => {
    const broken = Transfers.make("broken", {
      steps: [{
        name: "take",
        command: () => {
          throw new Error("no idea")
        }
      }]
    })
    expect(() => Spec.forProcess(broken).when("transfer-1", requested)).toThrow(
      expect.objectContaining({ message: "instance \"1\" is parked", actual: expect.stringContaining("no idea") })
    )
  })

  it("fails if no command with this label is pending", () => {
    expect(() => begun.whenAnswered("add", succeeded)).toThrow("no command \"add\" is pending")
  })

  it("fails if the saga sends a malformed command", () => {
    const malformed = Transfers.make("malformed", {
      steps: [{ name: "take", command: () => Process.send(Sample.aggregate, "a", { _tag: "Take", coins: 0.5 }) }]
    })
    expect(() => Spec.forProcess(malformed).when("transfer-1", requested)).toThrow("is parked")
    expect(Result.isSuccess(Sample.aggregate.events.encode(taken))).toBe(true)
  })
})

describe("a saga whose steps send to the same aggregate", () => {
  const taking = (name: string) => ({
    name,
    command: ({ coins, from }: Transfers.Transfer) => Process.send(Sample.aggregate, from, { _tag: "Take", coins }),
    succeededOn: (event: Transfers.Followed) => event._tag === "CoinsTaken"
  })
  const twice = Spec.forProcess(Transfers.make("twice", { steps: [taking("fee"), taking("rest")] }))
  const feeTaken = twice.when("transfer-1", requested).when("jar-a", taken, { by: "1", label: "fee" })

  it("does not confirm a step by the event of another step", () => {
    feeTaken.thenPhase("1", "Running")
    feeTaken.when("jar-a", taken, { by: "1", label: "fee" }).thenNothing()
    feeTaken.when("jar-a", taken, { by: "1", label: "undo fee" }).thenNothing()
    feeTaken.when("jar-a", taken, { by: "1", label: "rest" }).thenPhase("1", "Succeeded")
  })
})
