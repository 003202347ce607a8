/** Projections that only one chapter uses: their rows are dropped when the chapter ends. */
import * as Effect from "effect/Effect"
import * as Projector from "refold/Projector"
import { ReadModelStore } from "refold/ReadModelStore"

/** Drops the rows and the checkpoint of a projection when the scope closes. */
export const dropAfterwards = Effect.fnUntraced(function*(name: string) {
  const store = yield* ReadModelStore
  const forget = Effect.provideService(Projector.forget({ name }), ReadModelStore, store)
  yield* Effect.addFinalizer(() => Effect.ignore(forget))
})
