/** The API on a store with promises. */
import { Http } from "@refold/http"
import { openMemory } from "refold/promise"
import { Wallets } from "../Richest.ts"
import { api } from "./HttpServer.ts"

// #region promises
export const open = async () => {
  const store = await openMemory()
  await store.project(Wallets)
  const { dispose, handler } = Http.toWebHandlerWith(api, store.effect)
  const close = async () => {
    await dispose()
    await store.close()
  }
  return { handler, close }
}
// #endregion
