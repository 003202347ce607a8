// A new release while instances run: it changes their event types, their targets, or the commands of the targets.
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as CommandVersions from "@refold/core/decide/CommandVersions"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as StreamName from "@refold/core/event/StreamName"
import * as Process from "@refold/core/process/Process"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import * as ProcessKeys from "@refold/store/internal/log/ProcessKeys"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { run } from "../support/Transferring.ts"

const Placed = EventType.make("Placed", Schema.Struct({}))
const Hinted = EventType.make("Hinted", Schema.Struct({}))
const Paid = EventType.make("Paid", Schema.Struct({}))
const allTypes = EventCodec.makeUnsafe([Placed, Hinted, Paid])
type Event = EventCodec.EventOf<typeof allTypes>

const order = CommandHandler.make(Aggregate.makeUnsafe({
  category: "order",
  events: allTypes,
  decider: Decider.make<ReadonlyArray<Event>, null, Event, never>({
    initialState: null,
    decide: (events) => Result.succeed(events),
    evolve: (state) => state
  })
}))

const Noted = EventType.make("Noted", Schema.Struct({ text: Schema.String }))

// The log that the process writes; it accepts commands of any version.
const logOf = <Command extends { readonly _tag: "Write" }>(
  commands: CommandVersions.CommandVersions<Command>,
  textOf: (command: Command) => string,
  category = "log"
) =>
  Aggregate.makeUnsafe({
    category,
    events: EventCodec.makeUnsafe([Noted]),
    commands,
    decider: Decider.make<Command, ReadonlyArray<string>, typeof Noted.Event, never>({
      initialState: [],
      decide: (command) => Result.succeed([Noted.make({ text: textOf(command) })]),
      evolve: (texts, { text }) => [...texts, text]
    })
  })

const first = CommandVersions.make(Schema.TaggedStruct("Write", { text: Schema.String }))
const Renamed = Schema.TaggedStruct("Write", { message: Schema.NonEmptyString })
const renamed = first.pipe(CommandVersions.upcast(Renamed, ({ text, ...rest }) => ({ ...rest, message: text })))

const oldLog = logOf(first, ({ text }) => text)
const newLog = logOf(renamed, ({ message }) => message)
const otherLog = logOf(first, ({ text }) => text, "other")

const ordering = (targets: Process.Definition<Event, number>["targets"], write: (text: string) => Process.Reaction) =>
  Process.makeUnsafe<Event, number>({
    name: "ordering",
    events: allTypes,
    categories: ["order"],
    targets,
    correlate: (_, { stream }) => Option.some(StreamName.id(stream)),
    initialState: 0,
    evolve: (n, { _tag }) => _tag === "Placed" || _tag === "Hinted" || _tag === "Paid" ? n + 1 : n,
    react: (n, { _tag }) => _tag === "Placed" || _tag === "Paid" ? [write(`${_tag} ${n}`)] : []
  })

const old = ordering([oldLog], (text) => Process.send(oldLog, "1", { _tag: "Write", text }))
const current = ordering([newLog], (message) => Process.send(newLog, "1", { _tag: "Write", message }))
const elsewhere = ordering([otherLog], (text) => Process.send(otherLog, "1", { _tag: "Write", text }))

const oldRunner = ProcessRunner.catchUp(old, { handlers: [ProcessHandler.of(oldLog)] })
const currentRunner = ProcessRunner.catchUp(current, { handlers: [ProcessHandler.of(newLog)] })
const elsewhereRunner = ProcessRunner.catchUp(elsewhere, { handlers: [ProcessHandler.of(otherLog)] })

const observe = (process: typeof old) => Projector.catchUp(ProcessRunner.observer(process))
const written = Effect.map(State.load(oldLog, "1"), ({ state }) => state)
const outcomes = Effect.map(
  ProcessInstances.history(old, "1"),
  (history) =>
    history.flatMap(({ event }) =>
      "trigger" in event && event.trigger._tag === "Answered" ? [event.trigger.outcome] : []
    )
)

describe("an event type that is removed from a process", () => {
  const without = Process.makeUnsafe<typeof Placed.Event | typeof Paid.Event, number>({
    ...old,
    events: EventCodec.makeUnsafe([Placed, Paid]),
    correlate: (_, { stream }) => Option.some(StreamName.id(stream)),
    initialState: 0
  })
  const runner = ProcessRunner.catchUp(without, { handlers: [ProcessHandler.of(oldLog)] })

  it("leaves running instances without its events, and they name the type", () =>
    run(Effect.gen(function*() {
      yield* order("1", [Placed.make({}), Hinted.make({})])
      yield* oldRunner
      yield* order("1", [Paid.make({})])
      yield* ProcessRunner.redefine(without)
      yield* runner
      const { state } = yield* ProcessInstances.get(without, "1")
      expect(state).toMatchObject({ state: Result.succeed(2), unknownTypes: ["Hinted"], pending: { parked: null } })
      expect(yield* written).toEqual(["Placed 1", "Paid 2"])
      const { rows } = yield* ProcessInstances.query(without)
      expect(rows.map((row) => row.state)).toMatchObject([{ status: "Running", unknownTypes: ["Hinted"] }])
      expect((yield* ProcessInstances.query(old)).rows.map((row) => row.state.unknownTypes)).toEqual([[]])
    })))
})

describe("a command that is pending when the schema of commands changes", () => {
  it("is upcast and handled in the latest version", () =>
    run(Effect.gen(function*() {
      yield* order("1", [Placed.make({})])
      yield* observe(old)
      yield* currentRunner
      expect(yield* written).toEqual(["Placed 1"])
      expect(yield* outcomes).toEqual([{ _tag: "Succeeded" }])
    })))

  it("fails if the upcaster's result does not fit, and the reason names the version and the field", () =>
    run(Effect.gen(function*() {
      const wrong = logOf(first.pipe(CommandVersions.upcast(Renamed, ({ _tag }) => ({ _tag, message: "" }))), () => "")
      yield* order("1", [Placed.make({})])
      yield* observe(old)
      const process = ordering([wrong], (message) => Process.send(wrong, "1", { _tag: "Write", message }))
      yield* ProcessRunner.catchUp(process, { handlers: [ProcessHandler.of(wrong)], commandAttempts: 1 })
      expect(yield* outcomes).toMatchObject([{
        _tag: "Failed",
        reason: expect.stringMatching(/message: .*upcast to schema version 2/u)
      }])
    })))

  it("waits if the code is older than the command, and is handled by newer code", () =>
    run(Effect.gen(function*() {
      yield* order("1", [Placed.make({})])
      yield* observe(current)
      const failure = yield* Effect.flip(oldRunner)
      expect(failure).toMatchObject({ _tag: "EventStoreError" })
      expect(failure.message).toContain("schema version 2, and this code is older")
      yield* currentRunner
      expect(yield* written).toEqual(["Placed 1"])
    })))
})

describe("a command whose target was removed", () => {
  const pending = Effect.map(ProcessInstances.get(elsewhere, "1"), ({ state }) => [...state.pending.commands])

  const waiting = Effect.gen(function*() {
    yield* order("1", [Placed.make({})])
    yield* observe(old)
    const { message } = yield* Effect.flip(elsewhereRunner)
    return { ...(yield* pending)[0]!, message }
  })

  it("is given up by an operator, with a reason; the process gets the signal of a failure and continues", () =>
    run(Effect.gen(function*() {
      const command = yield* waiting
      expect(command.message).toContain("there is no handler for category \"log\"")
      expect(command.message).toContain("ProcessInstances.giveUp")
      const { state } = yield* ProcessInstances.giveUp(elsewhere, "1", command, "the log is closed")
      expect(state.pending.commands).toHaveLength(0)
      expect(yield* outcomes).toEqual([{ _tag: "GivenUp", reason: "the log is closed" }])
      yield* order("1", [Paid.make({})])
      yield* elsewhereRunner
      expect((yield* State.load(otherLog, "1")).state).toEqual(["Paid 2"])
      // Code that has the target still does not send it.
      yield* oldRunner
      expect(yield* written).toEqual([])
    })))

  it("reaches the process as CommandFailed, with the reason", () =>
    run(Effect.gen(function*() {
      const command = yield* waiting
      const signals: Array<unknown> = []
      const hearing = Process.makeUnsafe({
        ...elsewhere,
        initialState: 0,
        evolve: (n: number, input) => {
          if (!("coins" in input) && input._tag === "CommandFailed") signals.push(input)
          return n
        }
      })
      yield* ProcessInstances.giveUp(hearing, "1", command, "closed")
      expect(signals[0]).toEqual({
        _tag: "CommandFailed",
        label: "Write",
        category: "log",
        id: "1",
        reason: "given up: closed"
      })
    })))

  it("is not given up if its outcome is known, or a copy of it has stored events", () =>
    run(Effect.gen(function*() {
      const command = yield* waiting
      const giveUp = ProcessInstances.giveUp(elsewhere, "1", command, "closed")
      const key = `refold:ordering-1#1.0@${command.sentBy}`
      const sent = { idempotencyKey: key, keyNeverExpires: true }
      yield* CommandHandler.make(oldLog)("1", { _tag: "Write", text: "a copy" }, sent).pipe(
        Effect.provideService(ProcessKeys.Dispatching, key)
      )
      expect(yield* Effect.flip(giveUp)).toEqual({ _tag: "CommandNotPending", instance: "1" })
      expect(yield* outcomes).toEqual([{ _tag: "Succeeded" }])
      expect(yield* Effect.flip(giveUp)).toEqual({ _tag: "CommandNotPending", instance: "1" })
      expect(yield* pending).toEqual([])
    })))

  it("is not given up without a reason that can be stored", () =>
    run(Effect.gen(function*() {
      const command = yield* waiting
      for (const reason of ["", "\u0000"]) {
        const failure = yield* Effect.flip(ProcessInstances.giveUp(elsewhere, "1", command, reason))
        expect(failure).toMatchObject({ _tag: "InvalidInput", field: "reason" })
      }
    })))
})
