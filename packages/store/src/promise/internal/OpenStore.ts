/** Opens a store whose functions return promises, on the services of a layer. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Consumer from "../../consume/Consumer.ts"
import * as State from "../../decide/State.ts"
import * as Together from "../../decide/Together.ts"
import { EventReader } from "../../log/EventReader.ts"
import * as ProcessRunner from "../../process/ProcessRunner.ts"
import * as Projector from "../../project/Projector.ts"
import * as AsyncEvents from "./AsyncEvents.ts"
import * as Calls from "./Calls.ts"
import * as PromiseHandler from "./PromiseHandler.ts"
import * as PromiseRows from "./PromiseRows.ts"
import type { Services, Store } from "./PromiseStore.ts"
import * as Resources from "./Resources.ts"
import * as Running from "./Running.ts"
import { StoreClosed } from "./StoreErrors.ts"

/**
 * Opens a store on the layer of any adapter; the resources of the layer are released when the store is closed. Rejects with the
 * error of the layer. Other services of the layer are for the effects and consumers of the store; a layer of loggers replaces
 * Effect's.
 */
export const open = async <Extra, E>(
  layer: Layer.Layer<Services | Extra, E>,
  { signal }: PromiseHandler.CallOptions = {}
): Promise<Store<Extra>> => {
  const scope = Scope.makeUnsafe()
  const built = await Calls.make(Context.empty()).attempt(Layer.buildWithScope(layer, scope), signal)
  if (built.ok) return make(built.value, scope)
  await Effect.runPromise(Scope.close(scope, Exit.void))
  throw Calls.thrownFor(built.error)
}

/** Runs an effect that needs no store, with a signal. */
export const run = <A, E>(effect: Effect.Effect<A, E>, { signal }: PromiseHandler.CallOptions): Promise<A> =>
  Calls.make(Context.empty()).call(effect, signal)

const make = <Extra>(services: Context.Context<Services | Extra>, scope: Scope.Closeable): Store<Extra> => {
  const calls = Calls.make(services)
  const resources = Resources.make()
  const close = closing(calls, resources, scope)
  return {
    ...reading(calls, resources),
    ...running(calls, resources),
    handler: (aggregate, options) => PromiseHandler.make(calls, aggregate, options),
    together: (parts, options) =>
      calls.call(Effect.map(Together.handle(parts, options), Option.getOrUndefined), options?.signal),
    effect: (effect, options) => calls.call(effect, options?.signal),
    close,
    [Symbol.asyncDispose]: close
  }
}

const closing = (calls: Calls.Calls<never>, resources: Resources.Resources, scope: Scope.Closeable) => {
  let closed: Promise<void> | undefined
  return (): Promise<void> =>
    closed ??= (async () => {
      // Handlers that run may call the store until they have ended.
      await resources.stop()
      await calls.close()
      // Also stops resources that were started meanwhile.
      await resources.stop()
      await Effect.runPromise(Scope.close(scope, Exit.void))
    })()
}

const reading = <Extra>(
  calls: Calls.Calls<Services | Extra>,
  resources: Resources.Resources
): Pick<Store<Extra>, "load" | "rows" | "readStream" | "readAll" | "subscribe" | "subscribeWithCursors"> => {
  const events = <A, E>(
    read: (reader: EventReader["Service"]) => Stream.Stream<A, E>,
    signal: AbortSignal | undefined
  ) => AsyncEvents.make(calls, Stream.unwrap(Effect.map(EventReader, read)), resources, signal)
  return {
    load: (aggregate, id, options) => calls.call(State.load(aggregate, id, options), options?.signal),
    rows: (projection) => PromiseRows.make(calls, projection),
    readStream: (stream, { signal, ...options } = {}) => events((reader) => reader.readStream(stream, options), signal),
    readAll: ({ signal, ...options } = {}) => events((reader) => reader.readAll(options), signal),
    subscribe: ({ signal, ...options } = {}) => events((reader) => reader.subscribe(options), signal),
    subscribeWithCursors: ({ signal, ...options } = {}) =>
      events((reader) => reader.subscribeWithCursors(options), signal)
  }
}

const running = <Extra>(
  calls: Calls.Calls<Services | Extra>,
  resources: Resources.Resources
): Pick<Store<Extra>, "project" | "run" | "consume"> => {
  const start = <E, F>(
    begin: Effect.Effect<Projector.Running<E>, F, Services | Extra | Scope.Scope>,
    signal: AbortSignal | undefined
  ) =>
    resources.areClosing()
      ? Promise.reject(new StoreClosed())
      : Running.start(calls, begin, resources, signal)
  return {
    project: (projection, { signal, ...options } = {}) => start(Projector.start(projection, options), signal),
    run: (process, { signal, ...options }) => start(ProcessRunner.start(process, options), signal),
    consume: (consumer, { signal, ...options } = {}) => start(Consumer.start(consumer, options), signal)
  }
}
