/** What projections have made of the log, in memory: a value in a reference, and a lock for each generation. */
import { evaluate } from "@refold/core/project/RowQuery"
import { ProjectionNotReady, ProjectionOutdated, UnknownProjection } from "@refold/store/project/ProjectionError"
import { type Batch, ReadModelStore, type RowSource, type StoredProjection } from "@refold/store/project/ReadModelStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import type * as MutableRef from "effect/MutableRef"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import * as Generations from "./Generations.ts"

type Current = MutableRef.MutableRef<Generations.Generations>

/** The service, over the projections' reference. */
export const make = (current: Current): ReadModelStore["Service"] => {
  const locks = new Map<number, Semaphore.Semaphore>()
  const lockOf = (id: number): Semaphore.Semaphore => {
    const lock = locks.get(id) ?? Semaphore.makeUnsafe(1)
    locks.set(id, lock)
    return lock
  }
  const drop = (id: number): void => {
    locks.delete(id)
    current.current = Generations.drop(current.current, id)
  }
  const begin = (projection: StoredProjection, status: "Building" | "Scratch", now: DateTime.Utc): Generations.Kept => {
    const [next, begun] = Generations.begin(current.current, projection, status, now)
    current.current = next
    return begun
  }
  const own = (projection: StoredProjection) => {
    const known = Generations.list(current.current, projection.name)
      .filter(({ status, version }) => status === "Live" || (status === "Building" && version === projection.version))
    const live = known.find(({ status }) => status === "Live")
    return live !== undefined && live.version > projection.version
      ? new ProjectionOutdated({ projection: projection.name, version: projection.version, live: live.version })
      : Effect.succeed(known)
  }
  return ReadModelStore.of({
    open: Effect.fnUntraced(function*(projection) {
      const now = yield* DateTime.now
      for (const { id, status } of Generations.list(current.current, projection.name)) {
        if (status === "Retired") drop(id)
      }
      const known = yield* own(projection)
      return known.some(({ version }) => version === projection.version)
        ? known
        : [...known, begin(projection, "Building", now)]
    }),
    begin: Effect.fnUntraced(function*(projection, status) {
      const now = yield* DateTime.now
      const known = yield* own(projection)
      const building = known.find((other) => other.status === "Building")
      return status === "Scratch" ? begin(projection, status, now) : building ?? begin(projection, status, now)
    }),
    generations: (projection) => Effect.sync(() => Generations.list(current.current, projection)),
    update: (id, body, { wait = false } = {}) =>
      Effect.suspend(() => {
        const run = Effect.suspend(() => transact(current, id, body))
        const lock = lockOf(id)
        return wait ? lock.withPermits(1)(run) : Effect.map(lock.withPermitsIfAvailable(1)(run), Option.flatten)
      }),
    drop: (id) => Effect.sync(() => drop(id)),
    read: (source, selection) =>
      Effect.map(Effect.suspend(() => chosen(current.current, source)), (generation) => ({
        generation,
        rows: selection._tag === "Keys"
          ? selection.keys.flatMap((key) => Option.toArray(HashMap.get(generation.rows, key)))
          : evaluate(selection.query, HashMap.values(generation.rows))
      })),
    live: (projection) => Effect.suspend(() => chosen(current.current, { projection })),
    listParked: (id) => Effect.sync(() => parkedOf(current.current, id)),
    listDiscarded: (projection) => Effect.sync(() => Generations.discardedOf(current.current, projection)),
    catchUpRows: (projection, rows) =>
      Effect.sync(() => {
        current.current = Generations.saveNewer(current.current, projection, rows)
      }),
    inTransaction: Effect.succeed(false)
  })
}

const parkedOf = (all: Generations.Generations, id: number) => {
  const streams = Generations.find(all, id)?.parkedStreams ?? HashMap.empty()
  return [...HashMap.values(streams)].toSorted((one, two) => one.position - two.position)
}

const chosen = (
  all: Generations.Generations,
  { generation: id, projection }: RowSource
): Effect.Effect<Generations.Kept, UnknownProjection | ProjectionNotReady> => {
  const generations = Generations.list(all, projection)
  const found = generations.find((one) => id === undefined ? one.status === "Live" : one.id === id)
  if (found !== undefined) return Effect.succeed(found)
  const building = id === undefined ? generations.findLast(({ status }) => status === "Building") : undefined
  return building === undefined
    ? new UnknownProjection({ projection })
    : new ProjectionNotReady({ projection, checkpoint: building.checkpoint })
}

// What the body changes is kept aside until it has succeeded, and then done to what is there by then: handlers may have
// written rows of inline projections in between.
const transact = <A, E, R>(
  current: Current,
  id: number,
  body: (batch: Batch) => Effect.Effect<A, E, R>
): Effect.Effect<Option.Option<A>, E, R> => {
  const generation = Generations.find(current.current, id)
  if (generation === undefined || generation.status === "Retired") return Effect.succeedNone
  const aside: Array<(all: Generations.Generations) => Generations.Generations> = []
  const seen = () => aside.reduce((all, change) => change(all), current.current)
  const { projection } = generation
  const batch: Batch = {
    generation,
    rows: (keys) =>
      Effect.sync(() => {
        const rows = Generations.find(seen(), id)?.rows ?? HashMap.empty()
        return keys.flatMap((key) => Option.toArray(HashMap.get(rows, key)))
      }),
    parked: (streams) => Effect.sync(() => parkedOf(seen(), id).filter(({ stream }) => streams.includes(stream))),
    discarded: (after, upTo) =>
      Effect.sync(() =>
        Generations.discardedOf(seen(), projection)
          .map(({ position }) => position)
          .filter((position) => position > after && position <= upTo)
      ),
    save: (changes) =>
      Effect.map(DateTime.now, (now) => void aside.push((all) => Generations.save(all, id, changes, now))),
    discard: (events) =>
      Effect.map(DateTime.now, (discardedAt) => {
        const facts = events.map((event) => ({ ...event, discardedAt }))
        aside.push((all) => Generations.discard(all, projection, facts))
      }),
    promote: Effect.sync(() => {
      const promoted = Generations.promote(seen(), id)
      if (promoted === undefined) return false
      aside.push((all) => Generations.promote(all, id) ?? all)
      return Generations.find(promoted, id)?.status === "Live"
    })
  }
  return Effect.map(body(batch), (result) => {
    current.current = seen()
    return Option.some(result)
  })
}
