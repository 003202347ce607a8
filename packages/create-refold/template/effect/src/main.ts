/** The program: serves until SIGTERM, Ctrl-C or an error. Then the server is closed first, and the store after it. */
import { Cause, Console, Effect, Exit } from "effect"
import { once } from "node:events"
import { address } from "./Environment.ts"
import { nodeServer } from "./NodeServer.ts"
import { open } from "./Service.ts"
import { store } from "./Store.ts"

const program = Effect.gen(function*() {
  const { ended, endRequests, handler } = yield* open
  const server = nodeServer(handler)
  // Finalizers run in the reverse order: this one before the loops stop and the store is closed.
  yield* Effect.addFinalizer(() =>
    Effect.gen(function*() {
      const closed = new Promise((resolve) => server.close(resolve))
      yield* endRequests
      yield* Effect.promise(() => closed)
    })
  )
  yield* Effect.promise(() => once(server.listen(address), "listening"))
  yield* Console.log("Listening on", server.address())
  return yield* ended
})

const stopped = new AbortController()
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => stopped.abort())

const exit = await Effect.runPromiseExit(Effect.provide(Effect.scoped(program), store), { signal: stopped.signal })
if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) throw Cause.squash(exit.cause)
console.log("Closed.")
