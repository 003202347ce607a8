// Stores with promises, in memory, closed when the test ends.
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as OpenStore from "@refold/store/internal/promise/OpenStore"
import type { Store } from "@refold/store/internal/promise/PromiseStore"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { onTestFinished } from "vitest"

/** An empty store. Its warnings are not printed. */
export const open = async (layer: Layer.Layer<MemoryStore.Services> = MemoryStore.layer): Promise<Store> => {
  const store = await OpenStore.open(Layer.merge(layer, Logger.layer([])))
  onTestFinished(store.close)
  return store
}

/** The error with which a promise is rejected. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error("it was not rejected")
    },
    (error: unknown) => error
  )
