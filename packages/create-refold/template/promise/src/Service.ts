/** The service on a store: the loops in the background, and the function that answers requests. */
import { Http } from "@refold/http"
import { Effect, type Layer } from "effect"
import { ProcessHandler } from "refold"
import { openLayer, type Services } from "refold/promise"
import { api } from "./Api.ts"
import { Guests } from "./Guests.ts"
import { Holds } from "./Holds.ts"
import { Seat } from "./Seat.ts"

export const open = async <E>(layer: Layer.Layer<Services, E>) => {
  const store = await openLayer(layer)
  const running = [
    await store.project(Guests),
    await store.run(Holds, { handlers: [ProcessHandler.withHandler(Seat, store.handler(Seat))] })
  ]
  const { dispose, handler } = Http.toWebHandlerWith(api, (answer) => store.effect(Effect.withSpan(answer, "request")))
  return {
    store,
    handler,
    /** Rejects with the error that ends a loop. */
    failed: Promise.all(running.map(({ done }) => done)),
    /** Ends the streams of events, and waits for running requests. */
    endRequests: dispose,
    /** Waits for the current event, and closes the connections. */
    close: store.close
  }
}
