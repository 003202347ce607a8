/**
 * Aggregates and projections over HTTP: one function from a `Request` to a `Response`, which every server of JavaScript
 * can call. `POST /{aggregate}/{id}/{command}` handles a command, `GET` reads states, rows and events.
 */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import * as AggregateResource from "./internal/AggregateResource.ts"
import * as Definition from "./internal/Definition.ts"
import * as Handler from "./internal/Handler.ts"
import * as OpenApi from "./internal/OpenApi.ts"
import * as Routes from "./internal/Routes.ts"
import * as RowsResource from "./internal/RowsResource.ts"
import type { Services } from "./internal/Services.ts"
import * as Unavailable from "./internal/Unavailable.ts"

export type { AggregateOptions } from "./internal/AggregateResource.ts"
export type { Api, Call, Decision, Definition, EventsOptions, Limits } from "./internal/Definition.ts"
export type { Handler } from "./internal/Handler.ts"
export type { Services } from "./internal/Services.ts"

/** The routes by name; their paths are relative to the prefix. */
export const routes: Readonly<Record<Routes.RouteName, { readonly method: "GET" | "POST"; readonly path: string }>> =
  Routes.routes

/**
 * An aggregate as a resource. Fails with `InvalidInput` if the aggregate has no schema of commands, or one whose commands
 * have no `_tag`. Its handler caches states; the options are those of the resource and of the handler.
 */
export const aggregate: typeof AggregateResource.make = AggregateResource.make

/** The rows of a projection as a resource. Everything in the rows is public. */
export const rows: typeof RowsResource.make = RowsResource.make

/** Makes an API. Fails with `InvalidInput` for the part of the definition that breaks a rule. */
export const make: <R = never>(
  definition: Definition.Definition<R>
) => Result.Result<Definition.Api<R>, InvalidInput> = Definition.make

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <R = never>(definition: Definition.Definition<R>): Definition.Api<R> =>
  Result.getOrThrow(make(definition))

/** The OpenAPI 3.1 document, as `GET /openapi.json` answers it. */
export const openApi: (api: Definition.Api<unknown>) => { readonly [keyword: string]: unknown } = OpenApi.documentOf

/** A function that answers requests; it never rejects. */
export interface WebHandler {
  readonly handler: (request: Request) => Promise<Response>
  /**
   * Ends the open streams of events, waits for the answers to running requests, and closes the handler's resources. Call it
   * when the server accepts no more requests.
   */
  readonly dispose: () => Promise<void>
}

/** A handler as an effect, for programs that have a server of Effect. Make it once. */
export const toHandler: <R>(api: Definition.Api<R>) => Handler.Handler<R> = Handler.make

/** A web handler on a store: the layer of an adapter, and of what `authorize` needs. `dispose` closes the store. */
export const toWebHandler = <R, E>(
  api: Definition.Api<R>,
  layer: Layer.Layer<Services | NoInfer<R>, E>
): WebHandler => {
  const runtime = ManagedRuntime.make(layer)
  const { dispose, handler } = toWebHandlerWith(api, (effect) => runtime.runPromise(effect))
  return {
    handler,
    dispose: async () => {
      await dispose()
      await runtime.dispose()
    }
  }
}

/** Runs an effect on a store that is open: `runPromise` of a `ManagedRuntime`, or of any other runner with the services. */
export type Run<R> = <A>(effect: Effect.Effect<A, never, R>) => Promise<A>

/** A web handler on a store that is open already, and that `dispose` leaves open. */
export const toWebHandlerWith = <R>(api: Definition.Api<R>, run: Run<Services | NoInfer<R>>): WebHandler => {
  const { close, handle } = Handler.make(api)
  const running = new Set<Promise<Response>>()
  return {
    handler: (request) => {
      // If the store cannot be opened, the answer is 503.
      const answer = run(handle(request)).catch((cause: unknown) => Unavailable.answer(request, cause))
      running.add(answer)
      return answer.finally(() => running.delete(answer))
    },
    dispose: async () => {
      await Effect.runPromise(close)
      await Promise.all(running)
    }
  }
}
