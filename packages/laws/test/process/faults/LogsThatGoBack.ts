/** Stores whose log can go back, with one fault each. */
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as MemoryStore from "@refold/memory/MemoryStore"
import { LogCopy } from "@refold/store/internal/log/LogCopy"
import * as EventStore from "@refold/store/log/EventStore"
import type { LogHead } from "@refold/store/log/LogHead"
import { type Generation, ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

type Rows = ReadModelStore["Service"]

interface Change {
  readonly log?: (adapter: EventStore.Adapter) => Partial<EventStore.Adapter>
  readonly rows?: (rows: Rows) => Partial<Rows>
}

const changed = ({ log = () => ({}), rows = () => ({}) }: Change) =>
  Layer.effectContext(Effect.gen(function*() {
    const services = yield* Layer.build(Layer.fresh(MemoryStore.layerWithCopies))
    const { append: _, ...adapter } = Context.get(services, EventStore.EventStore)
    const store = Context.get(services, ReadModelStore)
    return EventStore.context({ ...adapter, ...log(adapter) }).pipe(
      Context.add(ReadModelStore, ReadModelStore.of({ ...store, ...rows(store) })),
      Context.merge(Context.pick(LogCopy)(services)),
      (replaced) => Context.merge(services, replaced)
    )
  }))

const withHead = (headOf: (head: LogHead) => LogHead) =>
  changed({
    log: ({ logHead, logHeads, readAll }) => ({
      logHead: Effect.map(logHead, headOf),
      logHeads: Stream.map(logHeads, headOf),
      lastInstance: Effect.succeed("one"),
      readAll: (options) => readAll({ ...options, instance: undefined })
    }),
    rows: ({ update }) => ({
      update: (id, body, options) =>
        update(id, (batch) =>
          body({ ...batch, head: headOf(batch.head), readHead: Effect.map(batch.readHead, headOf) }), options)
    })
  })

/** The instance never changes. */
export const hasOneInstance = withHead((head) => ({ ...head, instance: "one" }))

/** The head never decreases, also if the log goes back. */
export const remembersTheHighestHead = Layer.unwrap(Effect.sync(() => {
  let highest = 0
  return withHead(({ position }) => {
    highest = Math.max(highest, position)
    return { position: Position(highest), instance: "one" }
  })
}))

/** Finds lost events, as a cache of events by their ids would. */
export const findsLostEvents = changed({
  log: ({ commit, findEvent }) => {
    const known = new Map<string, RecordedEvent>()
    return {
      commit: (wanted, inline) =>
        Effect.tap(
          commit(wanted, inline),
          () =>
            Effect.orDie(Effect.forEach(
              wanted.writes.flatMap(({ events }) => events),
              ({ id }) => Effect.map(findEvent(id), Option.map((event) => known.set(id, event)))
            ))
        ),
      findEvent: (id) => Effect.succeed(Option.fromUndefinedOr(known.get(id)))
    }
  }
})

/** Reports every position as within the log. */
export const hasNoEnd = changed({
  log: ({ bound }) => ({
    bound: Effect.map(bound, (bound) => ({ ...bound, last: Position(Number.MAX_SAFE_INTEGER) }))
  })
})

/** The revision is a number that is used again. */
const counted = (generation: Generation): Generation => ({ ...generation, revision: String(generation.checkpoint) })

export const countsRevisions = changed({
  rows: ({ generations, read }) => ({
    generations: (projection) => Effect.map(generations(projection), (all) => all.map(counted)),
    read: (source, selection) =>
      Effect.map(read(source, selection), (selected) => ({ ...selected, generation: counted(selected.generation) }))
  })
})

/** Identifies a projection by the first one that had the id. */
export const remembersGenerations = changed({
  rows: ({ begin, update }) => {
    const known = new Map<number, Generation>()
    return {
      begin: (projection, status) =>
        Effect.tap(begin(projection, status), (begun) => Effect.sync(() => known.set(begun.id, begun))),
      update: (id, body, options) =>
        update(id, (batch) => {
          const { projection, version } = known.get(id) ?? batch.generation
          return body({ ...batch, generation: { ...batch.generation, projection, version } })
        }, options)
    }
  }
})
