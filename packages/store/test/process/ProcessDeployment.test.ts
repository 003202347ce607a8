// Old and new code of a process over the same log: newer events and instances, and event types that are added or removed.
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as Process from "@refold/core/process/Process"
import type { Signal } from "@refold/core/process/ProcessInput"
import { EventStore } from "@refold/store/log/EventStore"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Parked from "@refold/store/project/Parked"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { pass, run, runAtZero, stream } from "../support/Transferring.ts"

const Opened = EventType.make("Opened", Schema.Struct({}))
const Paid = EventType.make("Paid", Schema.Struct({ cents: Schema.Int }))
const PaidBy = Paid.pipe(
  EventType.upcast(Schema.Struct({ cents: Schema.Int, by: Schema.String }), (fields) => ({ ...fields, by: "?" }))
)
const Noted = EventType.make("Noted", Schema.Struct({ text: Schema.String }))
const NotedAt = Noted.pipe(
  EventType.upcast(Schema.Struct({ text: Schema.String, at: Schema.Int }), (fields) => ({ ...fields, at: 0 }))
)

const Note = Schema.TaggedStruct("Note", { text: Schema.String })

/** A log of notes that accepts every command. */
const notesOf = (type: { readonly events: EventCodec.EventCodec<{ readonly _tag: "Noted"; readonly text: string }> }) =>
  Aggregate.makeUnsafe({
    category: "log",
    events: type.events,
    commands: Note,
    decider: Decider.make<typeof Note.Type, ReadonlyArray<string>, typeof Noted.Event, never>({
      initialState: [],
      decide: ({ text }) => Decider.accept(Noted.make({ text })),
      evolve: (texts, { text }) => [...texts, text]
    })
  })
const notes = notesOf({ events: EventCodec.makeUnsafe([Noted]) })
const handlers = [ProcessHandler.of(notes)]

type Event = typeof Opened.Event | typeof Paid.Event

/** Sends a note for each payment of a bill; its state has the tags of its inputs. */
const thanking = (
  types: ReadonlyArray<typeof Opened | typeof Paid | typeof PaidBy>,
  parts: { readonly since?: DateTime.Utc; readonly targets?: ReadonlyArray<typeof notes> } = {}
) =>
  Process.makeUnsafe<Event, ReadonlyArray<string>>({
    name: "thanking",
    // Events of the newer codec have one more field.
    events: EventCodec.makeUnsafe(types) as EventCodec.EventCodec<Event>,
    targets: [notes],
    correlate: (_, { stream }) => Option.some(StreamName.id(stream)),
    initialState: [],
    evolve: (tags, { _tag }: Event | Signal) => [...tags, _tag],
    react: (_, input, { instance }) =>
      input._tag === "Paid" ? [Process.send(notes, instance, { _tag: "Note", text: `${input.cents}` })] : [],
    ...parts
  })

type Thanking = ReturnType<typeof thanking>

const [openedOnly, both, bothNewer] = [thanking([Opened]), thanking([Opened, Paid]), thanking([Opened, PaidBy])]

let n = 0
const append = (name: string, type: string, data: NewEvent["data"] = {}, schemaVersion = 1) =>
  Effect.flatMap(EventStore, (store) =>
    store.append(stream(name), [{
      id: `00000000-0000-7000-9000-${String(n++).padStart(12, "0")}` as NewEvent["id"],
      type,
      schemaVersion,
      data,
      metadata: {},
      occurredAt: DateTime.makeUnsafe(0)
    }]))

const opened = (bill: string) => append(`bill-${bill}`, "Opened")
const paid = (bill: string, cents: number) => append(`bill-${bill}`, "Paid", { cents })
const paidBy = (bill: string, cents: number) => append(`bill-${bill}`, "Paid", { cents, by: "Ada" }, 2)

const settle = (process: Thanking) => ProcessRunner.catchUp(process, { handlers })

const inputsOf = (process: Thanking, instance: string) =>
  Effect.map(ProcessInstances.get(process, instance), ({ state }) => Result.getOrUndefined(state.state))

const parkedOf = (process: Thanking) => Parked.list(ProcessRunner.observer(process))

const tooNew = { _tag: "NewerSchemaVersion", type: "Paid", schemaVersion: 2, latest: 1 }

describe("a process whose code is too old for an event", () => {
  it("waits before it and parks nothing; newer code observes it", () =>
    runAtZero(Effect.gen(function*() {
      const running = yield* ProcessRunner.start(both, { handlers })
      yield* paid("1", 1)
      yield* pass(2000)
      yield* paidBy("1", 10)
      yield* paid("2", 100)
      yield* pass(2000)
      expect(Option.getOrThrow(yield* running.outdated)).toMatchObject({ ...tooNew, stream: "bill-1", version: 2 })
      expect(yield* parkedOf(both)).toEqual([])
      expect(yield* inputsOf(both, "2")).toEqual([])
      const next = yield* Effect.forkScoped(ProcessRunner.run(bothNewer, { handlers }))
      yield* pass(4000)
      expect(yield* inputsOf(bothNewer, "1")).toEqual(["Paid", "CommandSucceeded", "Paid", "CommandSucceeded"])
      expect(yield* inputsOf(bothNewer, "2")).toEqual(["Paid", "CommandSucceeded"])
      yield* pass(6000)
      expect(yield* running.outdated).toEqual(Option.none())
      yield* Fiber.interrupt(next)
    })))

  it("does not work on an instance that holds one, and observes no event for it", () =>
    run(Effect.gen(function*() {
      yield* paidBy("1", 10)
      // Newer code decides, and is stopped before it dispatches the command.
      yield* Projector.catchUp(ProcessRunner.observer(bothNewer))
      const sent: Array<string> = []
      const noting = ProcessHandler.withHandler(notes, (id) => Effect.sync(() => void sent.push(id)))
      const failing = yield* Effect.flip(ProcessRunner.catchUp(both, { handlers: [noting] }))
      expect(failing).toMatchObject(tooNew)
      expect(sent).toEqual([])
      yield* opened("1")
      yield* opened("2")
      expect(yield* Effect.flip(Projector.catchUp(ProcessRunner.observer(both)))).toMatchObject(tooNew)
      expect(yield* parkedOf(both)).toEqual([])
      expect((yield* ProcessInstances.history(bothNewer, "1")).map(({ event }) => event._tag)).toEqual([
        "ProcessReacted"
      ])
      yield* settle(bothNewer)
      expect(yield* inputsOf(bothNewer, "1")).toEqual(["Paid", "Opened", "CommandSucceeded"])
      expect(yield* inputsOf(bothNewer, "2")).toEqual(["Opened"])
    })))

  it("observes the events for other instances that come before one for such an instance", () =>
    run(Effect.gen(function*() {
      yield* paidBy("1", 10)
      yield* Projector.catchUp(ProcessRunner.observer(bothNewer))
      yield* opened("2")
      yield* paid("1", 1)
      yield* opened("2")
      yield* Effect.ignore(Projector.catchUp(ProcessRunner.observer(both)))
      expect(yield* inputsOf(both, "2")).toEqual(["Opened"])
    })))

  it("repeats a command to a stream that it is too old for, and records no outcome", () =>
    run(Effect.gen(function*() {
      yield* paid("1", 1)
      yield* append("log-1", "Noted", { text: "new", at: 7 }, 2)
      expect(yield* Effect.flip(settle(both))).toMatchObject({ _tag: "NewerSchemaVersion", type: "Noted" })
      expect(yield* inputsOf(both, "1")).toEqual(["Paid"])
      const newer = notesOf({ events: EventCodec.makeUnsafe([NotedAt]) as never })
      yield* ProcessRunner.catchUp(both, {
        handlers: [ProcessHandler.withHandler(newer, () => Effect.succeed({ events: [] }))]
      })
      expect(yield* inputsOf(both, "1")).toEqual(["Paid", "CommandSucceeded"])
    })))
})

describe("event types that are added to a process", () => {
  it("are observed from their first event on, batch by batch, and then with the others", () =>
    run(Effect.gen(function*() {
      yield* opened("1")
      for (let cents = 1; cents <= 5; cents++) yield* paid("1", cents)
      yield* opened("2")
      yield* settle(openedOnly)
      expect(yield* inputsOf(both, "1")).toEqual(["Opened"])
      yield* ProcessRunner.catchUp(both, { handlers, batchSize: 2 })
      expect(yield* inputsOf(both, "1")).toEqual([
        "Opened",
        ...Array(5).fill("Paid"),
        ...Array(5).fill("CommandSucceeded")
      ])
      yield* paid("2", 6)
      yield* settle(both)
      expect(yield* inputsOf(both, "2")).toEqual(["Opened", "Paid", "CommandSucceeded"])
    })))

  it("are not observed before the `since` of the process", () =>
    runAtZero(Effect.gen(function*() {
      yield* opened("1")
      yield* paid("1", 1)
      yield* pass(1000)
      yield* paid("1", 2)
      yield* settle(openedOnly)
      const since = DateTime.makeUnsafe(500)
      yield* settle(thanking([Opened, Paid], { since }))
      expect(yield* inputsOf(both, "1")).toEqual(["Opened", "Paid", "CommandSucceeded"])
    })))

  it("continue from their progress after a crash, and stop code without them as soon as they begin", () =>
    run(Effect.gen(function*() {
      const store = yield* ReadModelStore
      for (let cents = 1; cents <= 4; cents++) yield* paid("1", cents)
      yield* opened("1")
      yield* settle(openedOnly)
      const { addition, definition } = yield* addBatch(both, 2)
      expect(addition).toMatchObject({ definition: ProcessRunner.observer(both).definition, checkpoint: 2 })
      expect(definition).toBe(ProcessRunner.observer(openedOnly).definition)
      yield* opened("2")
      yield* paid("2", 5)
      expect(yield* Effect.flip(settle(openedOnly))).toMatchObject({ _tag: "DefinitionMismatch" })
      expect((yield* store.live("thanking observer")).addition).toEqual(addition)
      yield* settle(both)
      expect((yield* store.live("thanking observer")).addition).toBeUndefined()
      expect((yield* inputsOf(both, "1"))!.filter((tag) => tag === "Paid")).toHaveLength(4)
      expect(yield* inputsOf(both, "2")).toEqual(["Opened", "Paid", "CommandSucceeded"])
    })))

  it("are observed up to the event at which their stream is parked", () =>
    run(Effect.gen(function*() {
      yield* paid("1", 1)
      yield* append("bill-1", "Opened", null)
      yield* paid("1", 2)
      yield* settle(openedOnly)
      expect(yield* parkedOf(openedOnly)).toMatchObject([{ version: 2 }])
      yield* settle(both)
      expect(yield* inputsOf(both, "1")).toEqual(["Paid", "CommandSucceeded"])
      yield* Parked.discard(ProcessRunner.observer(both), stream("bill-1"), "it has no data")
      yield* settle(both)
      expect(yield* inputsOf(both, "1")).toEqual(["Paid", "CommandSucceeded", "Paid", "CommandSucceeded"])
    })))

  it("stop the code that lacks them", () =>
    runAtZero(Effect.gen(function*() {
      const old = yield* Effect.forkScoped(ProcessRunner.run(openedOnly, { handlers }))
      const started = yield* ProcessRunner.start(openedOnly, { handlers })
      yield* opened("1")
      yield* pass(2000)
      expect(yield* started.outdated).toEqual(Option.none())
      yield* settle(both)
      yield* pass(2000)
      const mismatch = {
        _tag: "DefinitionMismatch",
        projection: "thanking observer",
        differences: ["event types that this code lacks: Paid"]
      }
      expect(yield* Effect.flip(Fiber.join(old))).toMatchObject(mismatch)
      expect(Option.getOrThrow(yield* started.outdated)).toMatchObject(mismatch)
      const error = yield* Effect.flip(settle(openedOnly))
      expect(error).toMatchObject(mismatch)
      expect((error as Error).message).toContain("this code is older than the data")
    })))

  it("are removed by an operation", () =>
    run(Effect.gen(function*() {
      yield* settle(both)
      yield* paid("1", 1)
      yield* opened("1")
      yield* ProcessRunner.redefine(openedOnly)
      yield* settle(openedOnly)
      expect(yield* inputsOf(both, "1")).toEqual(["Opened"])
    })))
})

describe("a name", () => {
  it("of a process's observer cannot be used for a projection, whatever the version", () =>
    run(Effect.gen(function*() {
      yield* settle(both)
      const target = {
        ...ProcessRunner.observer(both),
        version: 2,
        definition: Projector.targetOf(both.rows).definition
      }
      expect(yield* Effect.flip(Projector.catchUp(target))).toMatchObject({
        _tag: "DefinitionMismatch",
        remedy: "choose another name for one of the two"
      })
    })))
})

// One batch of the added types, and the generation after it.
const addBatch = (process: Thanking, batchSize: number) =>
  Effect.gen(function*() {
    const store = yield* ReadModelStore
    const observer = ProcessRunner.observer(process)
    let saved = 0
    const dying = ReadModelStore.of({
      ...store,
      update: (id, body, options) => saved++ > 0 ? Effect.interrupt : store.update(id, body, options)
    })
    yield* Effect.exit(Effect.provideService(Projector.catchUp(observer, { batchSize }), ReadModelStore, dying))
    return yield* store.live(observer.name)
  })
