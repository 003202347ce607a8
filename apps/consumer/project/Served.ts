/*
 * The README's example of @refold/http: the counter behind a function from a Request to a Response.
 */
// #region serve
import { Http } from "@refold/http"
import * as Schema from "effect/Schema"
import { MemoryStore } from "refold"
import { counter } from "./Counter.js"

const api = Http.makeUnsafe({
  aggregates: { counter: Http.aggregate(counter, { state: Schema.Int }) },
  info: { title: "Counters", version: "1.0.0" }
})

const { dispose, handler } = Http.toWebHandler(api, MemoryStore.layer)

const body = JSON.stringify({ by: 3 })
const headers = { "content-type": "application/json" }
const answer = await handler(new Request("http://localhost/counter/a/Count", { method: "POST", headers, body }))

await dispose()
// #endregion

/** The status of the answer. */
export const served = answer.status
