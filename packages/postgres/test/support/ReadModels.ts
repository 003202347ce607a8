/*
 * Projections, rows and batches for tests of the read model store that do not depend on their contents; and
 * runners of the same tests on a server and on the embedded database.
 */
import type { Json } from "@refold/core/event/Json"
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import { EventStore } from "@refold/store/log/EventStore"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { Batch, Changes, Generation, ParkedStream, StoredProjection } from "@refold/store/project/ReadModelStore"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { afterAll } from "vitest"
import * as EmbeddedStore from "./EmbeddedStore.ts"
import * as Stores from "./Stores.ts"

/** The parts of a store that tests use, on any database. */
export interface Opened {
  readonly readModels: ReadModelStore["Service"]
  readonly store: EventStore["Service"]
  readonly sql: SqlClient.SqlClient
}

/** The database of a test that runs on a server as well as on the embedded one. */
export class AnyDatabase extends Context.Service<AnyDatabase, Opened>()("@refold/postgres/test/AnyDatabase") {}

type Run = <A, E>(test: Effect.Effect<A, E, AnyDatabase | Scope.Scope>) => () => Promise<A>

/** Test functions on a server. */
const onServer = (): Run => {
  const run = Stores.runner()
  return (test) => run(Effect.flatMap(Stores.Database, (opened) => Effect.provideService(test, AnyDatabase, opened)))
}

/** Test functions on the embedded database. */
const onEmbedded = (): Run => {
  const layer = Layer.effect(
    AnyDatabase,
    Effect.gen(function*() {
      return { readModels: yield* ReadModelStore, store: yield* EventStore, sql: yield* SqlClient.SqlClient }
    })
  )
  const runtime = ManagedRuntime.make(Layer.provide(layer, EmbeddedStore.layer()))
  afterAll(() => runtime.dispose())
  return (test) => () => runtime.runPromise(Effect.scoped(test))
}

/** The runners of each database, by name. */
export const databases = [["a server", onServer], ["the embedded database", onEmbedded]] as const

/** A projection with a unique name. */
export const projection = (fields: Partial<StoredProjection> = {}): StoredProjection => {
  const { indexes = [], setup } = fields
  const kind = setup === undefined ? "rows" : "tables"
  const definition = StoredDefinition.render({ kind, types: ["Happened"], indexes })
  return { name: `p ${randomUUID()}`, version: 1, indexes, definition, ...fields }
}

/** An inline projection with a unique name. */
export const inlineProjection = (fields: Partial<StoredProjection> = {}): StoredProjection =>
  projection({
    definition: StoredDefinition.render({ kind: "inline rows", types: ["Happened"], indexes: fields.indexes ?? [] }),
    ...fields
  })

/** The row of a stream, at the place of one of its events. */
export const rowAt = (event: Pick<RecordedEvent, "stream" | "position" | "version">, state: Json = {}): StoredRow => ({
  key: event.stream,
  state,
  position: event.position,
  version: event.version
})

/** A row; its position is derived from its version. */
export const row = (key: string, state: Json = {}, version = 1): StoredRow => ({
  key,
  state,
  position: Position(version * 10),
  version: StreamVersion(version)
})

/** A parked stream. */
export const parked = (name: string, fields: Partial<ParkedStream> = {}): Omit<ParkedStream, "parkedAt"> => ({
  stream: Stores.streamName(name),
  version: StreamVersion(1),
  position: Position(1),
  type: "Happened",
  stage: "Evolve",
  reason: "it is poisoned",
  attempts: 3,
  ...fields
})

/** The changes of a batch: only the given ones, and the checkpoint. */
export const changes = (fields: Partial<Changes> = {}): Changes => ({
  rows: [],
  removed: [],
  keepsNewer: false,
  parked: [],
  unparked: [],
  checkpoint: Position(1),
  rate: 0,
  ...fields
})

type ReadModels = ReadModelStore["Service"]

/** Runs a body as the owner; fails if there is another one. */
export const own = <A, E, R>(
  readModels: ReadModels,
  { id }: Pick<Generation, "id">,
  body: (batch: Batch) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | EventStoreError | "not owned", R> =>
  Effect.flatMap(
    readModels.update(id, body),
    Option.match({ onNone: () => Effect.fail("not owned" as const), onSome: Effect.succeed })
  )

/** Saves changes as the owner. */
export const save = (readModels: ReadModels, generation: Pick<Generation, "id">, fields: Partial<Changes>) =>
  own(readModels, generation, (batch) => batch.save(changes(fields)))

/** A new building generation of a projection. */
export const build = (readModels: ReadModels, wanted: StoredProjection) => readModels.begin(wanted, "Building")

/** A new live generation of a projection, with these rows. */
export const goLive = Effect.fnUntraced(function*(
  readModels: ReadModels,
  wanted: StoredProjection,
  fields: Partial<Changes> = {}
) {
  const generation = yield* build(readModels, wanted)
  const isLive = yield* own(
    readModels,
    generation,
    (batch) => Effect.andThen(batch.save(changes(fields)), batch.promote)
  )
  return isLive ? generation : yield* Effect.die(new Error("it did not become live"))
})

/** The rows with these keys, of the live generation or a given one. */
export const read = (
  readModels: ReadModels,
  wanted: StoredProjection,
  keys: ReadonlyArray<string>,
  generation?: number
) =>
  Effect.map(
    readModels.read(generation === undefined ? wanted : { name: wanted.name, generation }, { _tag: "Keys", keys }),
    ({ rows }) => rows
  )
