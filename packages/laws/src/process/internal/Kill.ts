/** A process that is killed in the middle of its work: just before or just after one of its calls to the store. */
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import { type Batch, ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"

/** Which call it is, counted from 1, and whether it still takes effect. */
export interface Death {
  readonly call: number
  readonly isAfter: boolean
}

/** Deaths early and late in a piece of work. */
export const death: fc.Arbitrary<Death> = fc.record({ call: fc.integer({ min: 1, max: 70 }), isAfter: fc.boolean() })

type Stores = EventStore | EventReader | SnapshotStore | ReadModelStore

type Call = <A, E, R>(call: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/**
 * Does some work, in which the process dies. Nothing of it goes on after that: a defect could be caught. False where
 * the work was done before.
 */
export const during = Effect.fnUntraced(function*<A, E, R>({ call, isAfter }: Death, work: Effect.Effect<A, E, R>) {
  const died = yield* Deferred.make<true>()
  let calls = 0
  let isDead = false
  const die = Effect.suspend(() => {
    isDead = true
    return Effect.andThen(Deferred.succeed(died, true), Effect.never)
  })
  const counted: Call = (effect) =>
    Effect.suspend(() => {
      // Whatever else is under way dies with it.
      if (isDead) return Effect.never
      if (++calls !== call) return effect
      return isAfter ? Effect.andThen(effect, die) : die
    })
  const mortal = mortalStores(yield* Effect.context<Stores>(), counted)
  return yield* Effect.raceFirst(
    Effect.as(Effect.provideContext(work, mortal), false),
    Deferred.await(died)
  )
})

const mortalStores = (stores: Context.Context<Stores>, call: Call): Context.Context<Stores> => {
  const store = Context.get(stores, EventStore)
  const reader = Context.get(stores, EventReader)
  const snapshots = Context.get(stores, SnapshotStore)
  const rows = Context.get(stores, ReadModelStore)
  return Context.make(EventStore, {
    ...store,
    ...mortalReader(store, call),
    append: (...args) => call(store.append(...args)),
    commit: (...args) => call(store.commit(...args)),
    findAppended: (key) => call(store.findAppended(key))
  }).pipe(
    Context.add(EventReader, { ...reader, ...mortalReader(reader, call) }),
    Context.add(SnapshotStore, {
      find: (key) => call(snapshots.find(key)),
      save: (...args) => call(snapshots.save(...args))
    }),
    Context.add(ReadModelStore, {
      ...rows,
      open: (projection) => call(rows.open(projection)),
      update: (id, body, options) => call(rows.update(id, (batch) => body(mortalBatch(batch, call)), options)),
      read: (...args) => call(rows.read(...args)),
      live: (projection) => call(rows.live(projection))
    })
  )
}

type Reading = Pick<EventReader["Service"], "readStream" | "readAll" | "head">

const mortalReader = ({ head, readAll, readStream }: Reading, call: Call): Reading => {
  const read = <A, E, R>(stream: Stream.Stream<A, E, R>): Stream.Stream<A, E, R> =>
    Stream.fromArrayEffect(call(Stream.runCollect(stream)))
  return {
    head: call(head),
    readStream: (...args) => read(readStream(...args)),
    readAll: (...args) => read(readAll(...args))
  }
}

const mortalBatch = (batch: Batch, call: Call): Batch => ({
  ...batch,
  rows: (keys) => call(batch.rows(keys)),
  parked: (streams) => call(batch.parked(streams)),
  discarded: (...args) => call(batch.discarded(...args)),
  save: (changes) => call(batch.save(changes)),
  promote: call(batch.promote)
})
