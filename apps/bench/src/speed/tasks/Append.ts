/** Appends with an expected version: single events, batches, and one event to each of several streams. */
import * as Payloads from "../Payloads.ts"
import type { Session } from "../Peer.ts"
import { quantile } from "../Statistics.ts"
import { concurrently, type Measured, need, type Size, type Task } from "../Task.ts"

// Then a writer begins a new stream.
const appendsOfStream = 20

/** Events a second; each writer appends to streams of its own, `batch` events at a time. Reads `writers`, `batch`, `millis`. */
export const append: Task = async (session, size) => () =>
  timed(session, size, size.batch, () => writer(session, size.batch))

/** Events a second of commits to `streams` new streams each. Reads `writers`, `streams`, `millis`. */
export const commit: Task = async (session, size) => {
  const store = need(session.commit, "commit to several streams")
  return () =>
    timed(session, size, size.streams, () => async () => {
      const names = Array.from({ length: size.streams }, Payloads.stream)
      await store(names, Payloads.many(size.streams))
    })
}

/** Milliseconds of an append by one writer to a log that has `events` events already. Reads `events`, `millis`. */
export const grown: Task = async (session, size) => {
  await fill(session, size.events)
  return async () => {
    const { events, p50, p99, wrong } = await timed(session, { ...size, writers: 1 }, 1, () => writer(session, 1))
    return { value: p50!, events: events!, p50: p50!, p99: p99!, wrong: wrong! }
  }
}

/** Appends until the log has at least as many events. */
export const fill = async (session: Session, events: number): Promise<void> => {
  let missing = events - await need(session.stored, "way to count its events")()
  await concurrently(4, async () => {
    while (missing > 0) {
      const batch = Math.min(missing, 1_000)
      missing -= batch
      await session.append(Payloads.stream(), 0, Payloads.many(batch))
    }
  })
}

const writer = (session: Session, batch: number) => {
  let [stream, mark, appends] = [Payloads.stream(), 0, 0]
  return async () => {
    if (appends++ % appendsOfStream === 0) [stream, mark] = [Payloads.stream(), 0]
    mark = await session.append(stream, mark, Payloads.many(batch))
  }
}

/** Runs the writers for the duration, and counts the acknowledged and the stored events. */
const timed = async (
  session: Session,
  { millis, writers }: Size,
  eventsOfAppend: number,
  makeWriter: () => () => Promise<void>
): Promise<Measured> => {
  const before = await session.stored?.()
  const latencies: Array<number> = []
  const start = performance.now()
  await concurrently(writers, async () => {
    const write = makeWriter()
    for (let begun = start; begun - start < millis;) {
      await write()
      const now = performance.now()
      latencies.push(now - begun)
      begun = now
    }
  })
  const seconds = (performance.now() - start) / 1_000
  const events = latencies.length * eventsOfAppend
  const after = await session.stored?.()
  return {
    value: events / seconds,
    events,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    ...(before === undefined || after === undefined ? {} : { wrong: { lost: Math.max(0, before + events - after) } })
  }
}
