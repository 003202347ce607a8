/** What a program defines and which stores it opens, noted while it runs, so that the page can show its log and its folds. */
import { Context, Effect, Layer, Stream } from "effect"
import { type Aggregate, EventReader, type EventType, type Projection, type RecordedEvent, type View } from "refold"
import { limits } from "../Limits.ts"
import type { Report, ShownEvent } from "../Protocol.ts"
import * as Folds from "./Folds.ts"
import * as Reports from "./Report.ts"

/** Notes what is made, and returns it. */
export interface Recorder {
  readonly aggregate: <Command, State, Event extends EventType.Tagged, Refusal>(
    aggregate: Aggregate.Aggregate<Command, State, Event, Refusal>
  ) => Aggregate.Aggregate<Command, State, Event, Refusal>
  readonly projection: <Event extends EventType.Tagged, State, Index extends string>(
    projection: Projection.Projection<Event, State, Index>
  ) => Projection.Projection<Event, State, Index>
  /** Of all folds of a program without a store, the longest is shown. */
  readonly fold: <State, Event>(view: View.View<State, Event>, events: Iterable<Event>) => void
  /** The layer of a store. Its events are read before it is released. */
  readonly layer: <Services, E, R>(
    layer: Layer.Layer<Services | EventReader.EventReader, E, R>
  ) => Layer.Layer<Services | EventReader.EventReader, E, R>
  /** Whether a store is open. */
  readonly isOpen: () => boolean
  /** What is shown: of several stores, the last one that has events. */
  readonly report: () => Promise<Report>
}

type Events = ReadonlyArray<RecordedEvent.RecordedEvent>

interface NotedStore {
  /** Undefined where it cannot be read. */
  readonly read: Effect.Effect<Events | undefined>
  isOpen: boolean
  /** What it had when it was released. */
  last: Events | undefined
}

/** What is said of a store that cannot be read. */
export const unread = "A store could not be read: its events are not shown."

// Less than the page waits for a report.
const readTimeout = "5 seconds"

/** A recorder for one run. */
export const make = (): Recorder => {
  const stores: Array<NotedStore> = []
  const aggregates = new Map<string, () => Folds.StateFold>()
  const projections = new Map<string, () => Folds.RowFold>()
  let longest: { readonly events: ReadonlyArray<unknown>; readonly show: () => ReadonlyArray<ShownEvent> } | undefined
  return {
    aggregate: (aggregate) => {
      aggregates.set(aggregate.category, () => Folds.states(aggregate))
      return aggregate
    },
    projection: (projection) => {
      projections.set(projection.name, () => Folds.rows(projection))
      return projection
    },
    fold: (view, events) => {
      // The array itself: a program may add to it later.
      if (!Array.isArray(events) || events.length < (longest?.events.length ?? 0)) return
      longest = { events, show: () => Folds.history(view, events.slice(0, limits.events)) }
    },
    layer: (layer) => Layer.effectContext(recorded(layer, stores)),
    isOpen: () => stores.some(({ isOpen }) => isOpen),
    report: async () => {
      const logs = await Promise.all(stores.map(eventsOf))
      const events = logs.findLast((log) => log !== undefined && log.length > 0)
      const report = events !== undefined || longest === undefined
        ? Reports.ofLog(events ?? [], { aggregates, projections })
        : Reports.ofHistory(longest.show, longest.events.length)
      return logs.includes(undefined) ? { ...report, notes: [...report.notes, unread] } : report
    }
  }
}

const recorded = <Services, E, R>(
  layer: Layer.Layer<Services | EventReader.EventReader, E, R>,
  stores: Array<NotedStore>
) =>
  Effect.gen(function*() {
    const services = yield* Layer.build(layer)
    const { readAll } = Context.get(services, EventReader.EventReader)
    // One more than is shown, to know that there are more.
    const read = Effect.orElseSucceed(Stream.runCollect(readAll({ limit: limits.events + 1 })), () => undefined)
    const store: NotedStore = { read, isOpen: true, last: undefined }
    stores.push(store)
    yield* Effect.addFinalizer(() =>
      Effect.map(read, (events) => {
        store.isOpen = false
        store.last = events
      })
    )
    return services
  })

// A transaction that does not end may hold the only connection.
const eventsOf = async ({ isOpen, last, read }: NotedStore): Promise<Events | undefined> =>
  isOpen ? Effect.runPromise(Effect.orElseSucceed(Effect.timeout(read, readTimeout), () => undefined)) : last
