// Old and new code with the same generations, on a server and embedded: the stored definition, events that are
// too new, and event types that are added.
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import { EventStore } from "@refold/store/log/EventStore"
import * as Parked from "@refold/store/project/Parked"
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { describe, expect, test } from "vitest"
import * as SqlProjection from "../../src/project/SqlProjection.ts"
import * as ReadModels from "../support/ReadModels.ts"
import * as SqlProjections from "../support/SqlProjections.ts"
import * as Stores from "../support/Stores.ts"

const { build, changes, goLive, own, projection, read, row } = ReadModels

const newer = {
  stream: Stores.streamName("thing-1"),
  version: StreamVersion(3),
  position: Position(7),
  type: "Happened",
  schemaVersion: 2,
  latest: 1
}

const processOf = (...types: ReadonlyArray<string>) => {
  const definition = StoredDefinition.render({ kind: "process", types, indexes: [] })
  return projection({ definition })
}

describe.each(ReadModels.databases)("on %s", (_, on) => {
  const run = on()

  test(
    "a generation stores the event at which the last batch stopped, until a batch stops at none",
    run(Effect.gen(function*() {
      const { readModels } = yield* ReadModels.AnyDatabase
      const wanted = projection()
      const generation = yield* build(readModels, wanted)
      yield* own(readModels, generation, (batch) => batch.save(changes({ newer })))
      expect(yield* readModels.generations(wanted.name)).toMatchObject([{ newer }])
      yield* own(readModels, generation, (batch) => {
        expect(batch.generation.newer).toEqual(newer)
        return batch.save(changes())
      })
      expect(yield* readModels.generations(wanted.name)).toMatchObject([{ newer: undefined }])
    }))
  )

  test(
    "event types are added to a process in steps, and code without them is refused from the first step on",
    run(Effect.gen(function*() {
      const { readModels } = yield* ReadModels.AnyDatabase
      const [fewer, more] = [processOf("A"), processOf("A", "B")]
      const added = { ...fewer, definition: more.definition }
      const generation = yield* goLive(readModels, fewer)
      expect(yield* readModels.open(added)).toMatchObject([{ id: generation.id, definition: fewer.definition }])
      const addition = { definition: more.definition, checkpoint: Position(5) }
      yield* own(readModels, generation, (batch) => batch.add(addition))
      expect(yield* readModels.live(fewer.name)).toMatchObject({ addition, definition: fewer.definition })
      const refused = { _tag: "DefinitionMismatch", differences: ["event types that this code lacks: B"] }
      expect(yield* Effect.flip(readModels.open(fewer))).toMatchObject(refused)
      yield* own(readModels, generation, (batch) => batch.redefine(more.definition))
      expect(yield* readModels.live(fewer.name)).toMatchObject({ addition: undefined, definition: more.definition })
      expect(yield* Effect.flip(readModels.open(fewer))).toMatchObject(refused)
      expect(yield* readModels.open(added)).toMatchObject([{ id: generation.id }])
    }))
  )

  test(
    "a generation with another definition is refused on open, begin, read and write",
    run(Effect.gen(function*() {
      const { readModels, store } = yield* ReadModels.AnyDatabase
      const wanted = ReadModels.inlineProjection()
      const other = projection({ ...wanted, indexes: [{ name: "n", fields: [{ field: "n", kind: "Number" }] }] })
      const different = {
        ...other,
        definition: StoredDefinition.render({ kind: "inline rows", types: ["Happened"], indexes: other.indexes })
      }
      const { id } = yield* goLive(readModels, wanted, { rows: [row("a", { n: 1 })] })
      const mismatch = {
        _tag: "DefinitionMismatch",
        stored: 1,
        differences: ["indexes that only this code has: n (n: Number)"]
      }
      expect(yield* Effect.flip(readModels.open(different))).toMatchObject(mismatch)
      expect(yield* Effect.flip(readModels.begin(different, "Building"))).toMatchObject(mismatch)
      expect(yield* Effect.flip(readModels.begin(different, "Scratch"))).toMatchObject(mismatch)
      expect(yield* Effect.flip(read(readModels, different, ["a"]))).toMatchObject(mismatch)
      const stream = Stores.freshStream()
      const inline = [{
        projection: wanted.name,
        version: 1,
        definition: different.definition,
        stream,
        state: { n: 2 }
      }]
      yield* store.append(stream, [Stores.event()], { inline })
      const events = yield* Stores.readStream(store, stream)
      yield* readModels.catchUpRows(different, events.map((event) => ReadModels.rowAt(event, { n: 2 })))
      expect(yield* read(readModels, wanted, ["a", stream], id)).toEqual([row("a", { n: 1 })])
    }))
  )
})

describe.each([["a server", SqlProjections.onServer], ["the embedded database", SqlProjections.onEmbedded]] as const)(
  "a projection in SQL on %s",
  (_, on) => {
    const run = on()
    const Noted = EventType.make("Noted", Schema.Struct({ text: Schema.String }))
    const NotedBy = Noted.pipe(EventType.upcast(
      Schema.Struct({ text: Schema.String, by: Schema.String }),
      (fields) => ({ ...fields, by: "" })
    ))
    const events = EventCodec.makeUnsafe([NotedBy])

    test(
      "stops before an event that is too new for its code; newer code continues",
      run(Effect.gen(function*() {
        const old = yield* SqlProjections.notes({ events: EventCodec.makeUnsafe([Noted]) })
        const next = yield* SqlProjection.make({ ...old.defined, events })
        yield* old.append("a1", "b1")
        yield* Projector.catchUp(old.projection)
        const stored = { ...SqlProjections.note(""), schemaVersion: 2, data: { text: "a2", by: "Ada" } }
        yield* (yield* EventStore).append(old.stream("a"), [stored])
        yield* old.append("b2")
        expect(yield* Effect.flip(Projector.catchUp(old.projection))).toMatchObject({
          _tag: "NewerSchemaVersion",
          version: 2
        })
        expect(yield* old.noted).toEqual(["a1", "b1"])
        expect(yield* Parked.list(old.projection)).toEqual([])
        expect((yield* ProjectionStatus.of(old.projection)).live).toMatchObject(
          Option.some({ newer: Option.some({ stream: old.stream("a"), schemaVersion: 2, latest: 1 }) })
        )
        yield* Projector.catchUp(next)
        expect(yield* old.noted).toEqual(["a1", "b1", "a2", "b2"])
      }))
    )

    test(
      "whose operator has parked the event is built again by newer code",
      run(Effect.gen(function*() {
        const old = yield* SqlProjections.notes({ events: EventCodec.makeUnsafe([Noted]) })
        const next = yield* SqlProjection.make({ ...old.defined, events })
        yield* Projector.catchUp(old.projection)
        const stored = { ...SqlProjections.note(""), schemaVersion: 2, data: { text: "a1", by: "Ada" } }
        yield* (yield* EventStore).append(old.stream("a"), [stored])
        yield* old.append("b1")
        yield* Effect.ignore(Projector.catchUp(old.projection))
        yield* Parked.park(old.projection, old.stream("a"))
        yield* Projector.catchUp(old.projection)
        expect(yield* old.noted).toEqual(["b1"])
        yield* Projector.start(next)
        const isBuilt = Effect.map(old.noted, (texts) => texts.length === 2)
        yield* Effect.repeat(Effect.delay(isBuilt, "50 millis"), { until: (built) => built })
        expect(yield* old.noted).toEqual(["a1", "b1"])
        expect(yield* Parked.list(next)).toEqual([])
      }))
    )
  }
)
