/** The service on a store: the loops in the background, and the function that answers requests. */
import { Http } from "@refold/http"
import { Effect } from "effect"
import { ProcessHandler, ProcessRunner, Projector } from "refold"
import { api } from "./Api.ts"
import { Guests } from "./Guests.ts"
import { Holds } from "./Holds.ts"
import { Seat } from "./Seat.ts"

export const open = Effect.gen(function*() {
  const rows = yield* Projector.start(Guests)
  const holds = yield* ProcessRunner.start(Holds, { handlers: [ProcessHandler.of(Seat)] })
  const run = Effect.runPromiseWith(yield* Effect.context<Http.Services>())
  const { dispose, handler } = Http.toWebHandlerWith(api, (answer) => run(Effect.withSpan(answer, "request")))
  return {
    handler,
    /** Fails with the error that ends a loop. */
    ended: Effect.all([rows.ended, holds.ended], { concurrency: "unbounded", discard: true }),
    /** Ends the streams of events, and waits for running requests. */
    endRequests: Effect.promise(dispose)
  }
})
