/** A store of rows that loses an owner in the middle of its work, as when a process is killed. */
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"

/** When the owner dies: with nothing saved, with everything saved but not committed, or just after the commit. */
export const moments = ["before saving", "before the commit", "after the commit"] as const

/** When the owner dies. */
export type Moment = typeof moments[number]

/** Runs an effect, during whose `n`-th batch, counted from 1, the process dies. False where there was no such batch. */
export const during = Effect.fnUntraced(function*<A, E, R>(n: number, moment: Moment, effect: Effect.Effect<A, E, R>) {
  const store = yield* ReadModelStore
  let batches = 0
  let died = false
  const die = Effect.suspend(() => {
    died = true
    return Effect.die("the process was killed")
  })
  const crashing = ReadModelStore.of({
    ...store,
    update: (id, body, options) => {
      if (++batches !== n) return store.update(id, body, options)
      switch (moment) {
        case "before saving":
          return store.update(id, (batch) => body({ ...batch, save: () => die, promote: die }), options)
        case "before the commit":
          return store.update(id, (batch) => Effect.andThen(body(batch), die), options)
        case "after the commit":
          return Effect.andThen(store.update(id, body, options), die)
      }
    }
  })
  yield* Effect.exit(Effect.provideService(effect, ReadModelStore, crashing))
  return died
})
