/** Wallets over HTTP: an API of an aggregate and a projection, behind Node's own server. */
import { Http } from "@refold/http"
import { type Layer, Schema } from "effect"
import { nodeServer } from "../../../packages/create-refold/template/common/src/NodeServer.ts"
import { Wallets } from "../Richest.ts"
import { Wallet } from "../Wallet.ts"

// #region api
export const api = Http.makeUnsafe({
  aggregates: {
    // POST /wallet/ada/Deposit, GET /wallet/ada
    wallet: Http.aggregate(Wallet, { state: Schema.Int })
  },
  rows: {
    // GET /rows/wallets, GET /rows/wallets/wallet-ada
    wallets: Http.rows(Wallets)
  },
  // GET /events
  events: { types: ["Deposited", "Withdrawn"] },
  info: { title: "Wallets", version: "1.0.0" }
})
// #endregion

// #region authorize
const users: ReadonlyMap<string, string> = new Map([["Bearer token-of-ada", "ada"]])

/** Each user has the wallet of the same name, and may read everything. */
export const privateApi = Http.makeUnsafe({
  aggregates: { wallet: Http.aggregate(Wallet, { state: Schema.Int, requireIdempotencyKey: true }) },
  authorize: (call, request) => {
    const actor = users.get(request.headers.get("authorization") ?? "")
    if (actor === undefined) return { allow: false, reason: "log in first", challenge: "Bearer" }
    return call.kind === "Query" || call.id === actor
      ? { allow: true, actor }
      : { allow: false, reason: `${actor} may not use this wallet` }
  }
})
// #endregion

// #region serve
/** A server on a store. */
export const serve = <E>(store: Layer.Layer<Http.Services, E>) => {
  const { dispose, handler } = Http.toWebHandler(api, store)
  const server = nodeServer(handler)
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    // Ends the open streams of events, for which the server waits, and then the store.
    await dispose()
    await closed
  }
  return { server, close }
}
// #endregion
