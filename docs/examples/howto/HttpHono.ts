/** The API in an application of Hono: mounted as a whole, and a route of your own with the same problems. */
import { etagOf, handleOptionsOf, Http, problemOf } from "@refold/http"
import { Effect, ManagedRuntime } from "effect"
import { Hono } from "hono"
import { CommandHandler, MemoryStore } from "refold"
import { Wallet } from "../Wallet.ts"
import { api } from "./HttpServer.ts"

const handle = CommandHandler.make(Wallet)

// #region hono
const runtime = ManagedRuntime.make(MemoryStore.layer)
const { dispose, handler } = Http.toWebHandlerWith(api, (effect) => runtime.runPromise(effect))

export const app = new Hono()
  // Hono takes the prefix off the path.
  .mount("/api", handler)
  // A route of your own, on the same store.
  .post("/gifts/:id", (context) => {
    const gift = { _tag: "Deposit" as const, cents: 100, from: "us" }
    return runtime.runPromise(
      Effect.fromResult(handleOptionsOf(context.req.raw.headers)).pipe(
        Effect.flatMap((options) => handle(context.req.param("id"), gift, options)),
        Effect.map(({ state, version }) => Response.json({ balance: state }, { headers: { etag: etagOf(version) } })),
        Effect.catch((error) => {
          const { body, headers, status } = problemOf(error)
          return Effect.succeed(new Response(JSON.stringify(body), { status, headers }))
        })
      )
    )
  })

export const close = async () => {
  await dispose()
  await runtime.dispose()
}
// #endregion
