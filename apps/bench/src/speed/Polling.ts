/** Repeats a step in the background, for stores that are polled. */
import { sleep } from "./Task.ts"

/** Runs a step again and again until the returned function is called; after one that found nothing, a millisecond later. */
export const poll = (step: () => Promise<number>): () => Promise<void> => {
  const end = new AbortController()
  const loop = (async () => {
    while (!end.signal.aborted) if (await step() === 0) await sleep(1)
  })()
  return async () => {
    end.abort()
    await loop
  }
}
