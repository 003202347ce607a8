/** The API among the routes of a server of Effect. */
import { Http } from "@refold/http"
import { Effect } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { api } from "./HttpServer.ts"

// #region router
const { close, handle } = Http.toHandler(api)

/** All routes that the router does not have, on the store that is provided to this layer. */
export const routes = HttpRouter.use((router) =>
  Effect.gen(function*() {
    const store = yield* Effect.context<Http.Services>()
    yield* Effect.addFinalizer(() => close)
    yield* router.add("*", "/*", (request) =>
      HttpServerRequest.toWeb(request).pipe(
        Effect.flatMap(handle),
        Effect.map(HttpServerResponse.fromWeb),
        Effect.provideContext(store)
      ))
  })
)
// #endregion
