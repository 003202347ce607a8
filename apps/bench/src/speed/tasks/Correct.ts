/** Correctness of a store: one accepted append for each version, and a reader that misses no event. */
import * as Payloads from "../Payloads.ts"
import { Conflict, type Mark, type Session } from "../Peer.ts"
import { concurrently, need, sleep, type Task } from "../Task.ts"

/**
 * Appends that were accepted besides the first one at the same version: `writers` append at once to each of `streams` new
 * streams, then again after the first event. Reads `writers`, `streams`.
 */
export const races: Task = async (session, { streams, writers }) => async () => {
  const totals = { unraised: 0, lost: 0 }
  for (let each = 0; each < streams; each++) {
    const stream = Payloads.stream()
    const first = await race(session, stream, 0, writers)
    // After two winners at the first version, the second version is unknown.
    const second = first.length > 1 ? [] : await race(session, stream, first[0]!, writers)
    totals.unraised += first.length - 1 + Math.max(0, second.length - 1)
    const { events } = await session.load(stream)
    totals.lost += Math.max(0, first.length + second.length - events)
  }
  return { value: totals.unraised, events: streams * 2 * writers, wrong: totals }
}

/** The marks of those that were accepted. Fails if none was, or for another reason than a conflict. */
const race = async (session: Session, stream: string, mark: Mark, writers: number): Promise<ReadonlyArray<Mark>> => {
  const accepted: Array<Mark> = []
  await concurrently(writers, async () => {
    try {
      accepted.push(await session.append(stream, mark, [Payloads.next()]))
    } catch (error) {
      if (!(error instanceof Conflict)) throw error
    }
  })
  if (accepted.length === 0) throw new Error(`each of ${writers} appends at one version ended in a conflict`)
  return accepted
}

// A reader without a new event for this time has reached the end.
const quiet = 5_000

/** Events that a reader of the whole log did not see, while `writers` appended one or ten at a time. Reads `writers`, `millis`. */
export const reader: Task = async (session, { millis, writers }) => {
  const follow = need(session.follow, "reader of the whole log")
  return async () => {
    const seen = new Set<number>()
    const appended: Array<number> = []
    const stop = await follow((n) => void seen.add(n))
    const end = performance.now() + millis
    await concurrently(writers, async (writer) => {
      while (performance.now() < end) {
        const payloads = Payloads.many(writer % 4 === 0 ? 10 : 1)
        await session.append(Payloads.stream(), 0, payloads)
        appended.push(...payloads.map(({ n }) => n))
      }
    })
    const missing = () => appended.filter((n) => !seen.has(n)).length
    for (let size = -1, since = performance.now(); missing() > 0 && performance.now() - since < quiet;) {
      if (seen.size !== size) [size, since] = [seen.size, performance.now()]
      await sleep(5)
    }
    await stop()
    return { value: missing(), events: appended.length, wrong: { skipped: missing() } }
  }
}
