/** A read model store whose owner crashes during a batch, as when a process is killed. */
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"

/** When the owner crashes: with nothing saved, with everything saved but not committed, or just after the commit. */
export const moments = ["before saving", "before the commit", "after the commit"] as const

/** When the owner crashes. */
export type Moment = typeof moments[number]

/** Runs an effect that crashes during batch number `n`, counted from 1. False if there were fewer batches. */
export const during = Effect.fnUntraced(function*<A, E, R>(n: number, moment: Moment, effect: Effect.Effect<A, E, R>) {
  const store = yield* ReadModelStore
  let batches = 0
  let crashed = false
  const crash = Effect.suspend(() => {
    crashed = true
    return Effect.die("the process was killed")
  })
  const crashing = ReadModelStore.of({
    ...store,
    update: (id, body, options) => {
      if (++batches !== n) return store.update(id, body, options)
      switch (moment) {
        case "before saving":
          return store.update(id, (batch) => body({ ...batch, save: () => crash, promote: crash }), options)
        case "before the commit":
          return store.update(id, (batch) => Effect.andThen(body(batch), crash), options)
        case "after the commit":
          return Effect.andThen(store.update(id, body, options), crash)
      }
    }
  })
  yield* Effect.exit(Effect.provideService(effect, ReadModelStore, crashing))
  return crashed
})
