/** Projections that a chapter runs for itself: their rows are dropped when it is told, so that nothing is left behind. */
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"

/** Forgets a projection when the scope closes. */
export const dropAfterwards = Effect.fnUntraced(function*(name: string) {
  const store = yield* ReadModelStore
  const forget = Effect.provideService(Projector.forget({ name }), ReadModelStore, store)
  yield* Effect.addFinalizer(() => Effect.ignore(forget))
})
