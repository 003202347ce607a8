/*
 * A projection in SQL, for tests: it records each event in its table, in the order of handling, and a test may add a faulty
 * handler.
 */
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { afterAll } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as SqlProjection from "../../src/project/SqlProjection.ts"
import * as EmbeddedStore from "./EmbeddedStore.ts"
import { freshDatabase } from "./freshDatabase.ts"
import * as Stores from "./Stores.ts"

const runner = <E>(layer: Layer.Layer<PostgresStore.Services, E>) => {
  const runtime = ManagedRuntime.make(layer)
  afterAll(() => runtime.dispose())
  return <A, E>(test: Effect.Effect<A, E, PostgresStore.Services | Scope.Scope>) => (): Promise<A> =>
    runtime.runPromise(Effect.scoped(test))
}

/** Test functions on a server. */
export const onServer = (options: Partial<PostgresStore.ServerOptions> = {}) =>
  runner(Layer.unwrap(
    Effect.map(freshDatabase(), (url) => PostgresStore.layer({ url: Redacted.make(url), ...options }))
  ))

/** Test functions on the embedded database. */
export const onEmbedded = () => runner(EmbeddedStore.layer())

const Noted = EventType.make("Noted", Schema.Struct({ text: Schema.String }))

// Notes of an older release: several in one event.
const NotedTogether = EventType.make("NotedTogether", Schema.Struct({ texts: Schema.Array(Schema.String) })).pipe(
  EventType.splitInto([Noted], ({ texts }) => texts.map((text) => Noted.make({ text })))
)

/** An event to note. */
export type Event = typeof Noted.Event

/** An event with this text. */
export const note = (text: string) => Stores.event({ type: "Noted", data: { text } })

/** An event of an older release that is read as notes with these texts. */
export const notedTogether = (...texts: ReadonlyArray<string>) =>
  Stores.event({ type: "NotedTogether", data: { texts } })

/** An event of a retired type. */
export const retired = () => Stores.event({ type: "Erased", data: {} })

type Handle = SqlProjection.Definition<Event>["handle"]

/** Writes an event into the table `noted`. */
export const insert: Handle = ({ text }, { stream }) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql`insert into noted (stream, text) values (${stream}, ${text})`)

let categories = 0

/** The fields of a definition that a test changes; `after` runs after an event is recorded. */
export type Fields = Partial<SqlProjection.Definition<Event>> & { readonly after?: Handle }

/** The definition of a projection that records every event of a category. */
export const definition = ({ after = () => Effect.void, ...fields }: Fields = {}): SqlProjection.Definition<Event> => ({
  name: `notes ${randomUUID()}`,
  version: 1,
  events: EventCodec.makeUnsafe([Noted, NotedTogether, EventType.retired("Erased")]),
  setup: Effect.flatMap(SqlClient.SqlClient, (sql) => sql`create table noted (id serial, stream text, text text)`),
  handle: (event, envelope) => Effect.andThen(insert(event, envelope), Effect.suspend(() => after(event, envelope))),
  ...fields
})

/** The texts in the table `noted`, in the order in which they were recorded. */
export const texts = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return (yield* sql<{ readonly text: string }>`select text from noted order by id`).map(({ text }) => text)
})

/** A projection of a unique category, with functions to append events and to read its table. */
export const notes = Effect.fnUntraced(function*(fields: Fields = {}) {
  const category = `note${++categories}`
  const defined = definition({ categories: [category], ...fields })
  const projection = yield* SqlProjection.make(defined)
  return {
    defined,
    projection,
    /** Appends events with these texts, each to the stream of its first letter. */
    append: (...texts: ReadonlyArray<string>) =>
      Effect.forEach(
        texts,
        (text) => Effect.flatMap(EventStore, (store) => store.append(streamOf(category, text), [note(text)]))
      ),
    /** The stream of a text. */
    stream: (text: string) => streamOf(category, text),
    noted: projection.read(texts)
  }
})

const streamOf = (category: string, text: string) => Stores.streamName(`${category}-${text.slice(0, 1)}`)
