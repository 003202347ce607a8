/** The owners of partitions in memory: a lock for each. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { Batch, ReadModelStore, UpdateOptions } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import * as Generations from "./Generations.ts"
import { type Stored, transact } from "./MemoryBatch.ts"
import * as Partitions from "./Partitions.ts"

/** The functions that change and drop partitions. */
export const make = (
  stored: Stored
): Pick<ReadModelStore["Service"], "update" | "updateAll" | "repartition" | "drop"> => {
  const { current } = stored
  const locks = new Map<string, Semaphore.Semaphore>()
  const lockOf = (id: number, partition: number): Semaphore.Semaphore => {
    const key = `${id}:${partition}`
    const lock = locks.get(key) ?? Semaphore.makeUnsafe(1)
    locks.set(key, lock)
    return lock
  }
  const count = (id: number): number => Generations.find(current.current, id)?.stored.length ?? 0
  // In the order of their numbers. Repeated if the number of partitions changed during the wait for a lock.
  const withAll = <A, E, R>(id: number, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      const known = count(id)
      const checked = Effect.suspend(() => count(id) === known ? Effect.asSome(effect) : Effect.succeedNone)
      const locked = Array.from({ length: known }, (_, partition) => lockOf(id, partition))
        .reduceRight((inner, lock) => lock.withPermits(1)(inner), checked)
      return Effect.flatMap(locked, Option.match({ onNone: () => withAll(id, effect), onSome: Effect.succeed }))
    })
  const updateOne = Effect.fnUntraced(function*<A, E, R>(
    id: number,
    body: (batch: Batch) => Effect.Effect<A, E, R>,
    options: UpdateOptions
  ): Effect.fn.Return<Option.Option<A>, E | EventStoreError, R> {
    const run = (partition: number) => transact(stored, id, [partition], ([batch]) => body(batch))
    const [first, ...others] = candidates(current.current, id, options)
    if (first === undefined) return Option.none()
    for (const partition of [first, ...others]) {
      const ran = yield* lockOf(id, partition).withPermitsIfAvailable(1)(run(partition))
      if (Option.isSome(ran)) return ran.value
    }
    if (options.wait !== true) return Option.none()
    // The former owner may have left nothing to do.
    const isBehind = () => candidates(current.current, id, options).includes(first)
    const waited = yield* lockOf(id, first).withPermits(1)(
      Effect.suspend(() => isBehind() ? Effect.asSome(run(first)) : Effect.succeedNone)
    )
    return Option.isSome(waited) ? waited.value : yield* updateOne(id, body, options)
  })
  return {
    update: (id, body, options = {}) => updateOne(id, body, options),
    updateAll: (id, body) =>
      withAll(id, Effect.suspend(() => transact(stored, id, Array.from({ length: count(id) }, (_, n) => n), body))),
    repartition: (id, asked) =>
      withAll(
        id,
        Effect.sync(() => {
          current.current = Generations.change(current.current, id, (generation) =>
            Partitions.change(
              asked === undefined ? generation : Partitions.ask(generation, asked.partitions, asked.by)
            ))
        })
      ),
    drop: (id) =>
      Effect.sync(() => {
        for (let partition = 0; partition < count(id); partition++) locks.delete(`${id}:${partition}`)
        current.current = Generations.drop(current.current, id)
      })
  }
}

// The partitions that may be claimed, the one that is furthest behind first.
const candidates = (
  all: Generations.Generations,
  id: number,
  { behind, except = [], partition }: UpdateOptions
): ReadonlyArray<number> => {
  const { repartition, stored = [] } = Generations.find(all, id) ?? {}
  const end = Math.min(behind?.position ?? Infinity, repartition?.drainTo ?? Infinity)
  return stored
    .map((one, number) => ({ ...one, number }))
    .filter(({ checkpoint, definition, number }) =>
      number === (partition ?? number) && !except.includes(number) &&
      (stored.length === 1 || behind === undefined || checkpoint < end || definition !== behind.definition)
    )
    .toSorted((one, two) => one.checkpoint - two.checkpoint)
    .map(({ number }) => number)
}
