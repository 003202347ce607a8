/** Refold with promises: the store in memory, and the types and errors of every store. */
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as OpenStore from "@refold/store/internal/promise/OpenStore"
import type { CallOptions } from "@refold/store/internal/promise/PromiseHandler"
import type { Store } from "@refold/store/internal/promise/PromiseStore"

export { Refused } from "@refold/store/internal/decide/Refused"
export type { Attempt } from "@refold/store/internal/promise/Calls"
export { open as openLayer } from "@refold/store/internal/promise/OpenStore"
export type {
  CallOptions,
  CommandFailure,
  CommandOptions,
  Handler
} from "@refold/store/internal/promise/PromiseHandler"
export type { PastRows, PastRowsOptions } from "@refold/store/internal/promise/PromisePastRows"
export type { Page, Rows } from "@refold/store/internal/promise/PromiseRows"
export type {
  LoadOptions,
  Services,
  Store,
  SubscribeOptions,
  TogetherOptions
} from "@refold/store/internal/promise/PromiseStore"
export type { Running } from "@refold/store/internal/promise/Running"
export { Aborted, type CallFailure, StoreClosed, UnexpectedError } from "@refold/store/internal/promise/StoreErrors"

/** The options of a store in memory. */
export interface MemoryOptions extends MemoryStore.StoreOptions, CallOptions {}

/** Opens an empty store in memory; its content is lost when it is closed. Rejects with `InvalidInput` if a limit breaks its rule. */
export const openMemory = ({ signal, ...options }: MemoryOptions = {}): Promise<Store> =>
  OpenStore.open(MemoryStore.layerWith(options), { signal })
