/*
 * The counter with promises. Old versions of Node run `await using` as it is compiled here.
 */
import { openMemory, Refused } from "refold/promise"
import { counter } from "./Counter.js"

/** The state after a command, the refusal of another one, and how many events there are. */
export const promised = async () => {
  await using store = await openMemory()
  const handle = store.handler(counter)
  const { state } = await handle("a", { _tag: "Count", by: 3 }, { signal: AbortSignal.timeout(60_000) })
  const refusal: unknown = await handle("a", { _tag: "Count", by: 8 }).then(
    () => "none",
    (error) => error instanceof Refused ? error.refusal : error
  )
  const tried = await handle.try("a", { _tag: "Count", by: 8 })
  const same = !tried.ok && tried.error._tag === "Refused" && tried.error.refusal === refusal
  let events = 0
  for await (const _ of store.subscribe()) {
    events++
    break
  }
  return [state, refusal, same, events]
}
