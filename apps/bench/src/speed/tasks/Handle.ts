/** Commands: load, decide, append. */
import * as Payloads from "../Payloads.ts"
import { quantile } from "../Statistics.ts"
import { concurrently, type Task } from "../Task.ts"

/** Commands a second of one writer on one stream that grows to `events` events. Reads `events`. */
export const hot: Task = async (session, { events }) => async () => {
  const stream = Payloads.stream()
  const latencies: Array<number> = []
  const start = performance.now()
  for (let event = 0; event < events; event++) {
    const begun = performance.now()
    await session.handle(stream, Payloads.next())
    latencies.push(performance.now() - begun)
  }
  const seconds = (performance.now() - start) / 1_000
  const { events: stored } = await session.load(stream)
  return {
    value: events / seconds,
    events,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    wrong: { lost: Math.max(0, events - stored) }
  }
}

/** Commands a second on streams of `events` events that were not loaded before. Reads `writers`, `streams`, `events`, `times`. */
export const cold: Task = async (session, { events, streams, times, writers }) => {
  // For each round, the one that warms up included.
  const prepared = Array.from({ length: (times + 1) * streams }, Payloads.stream)
  const unprepared = [...prepared]
  await concurrently(8, async () => {
    for (let stream = unprepared.pop(); stream !== undefined; stream = unprepared.pop()) {
      await session.append(stream, 0, Payloads.many(events))
    }
  })
  return async (round) => {
    const own = prepared.slice(round * streams, (round + 1) * streams)
    const latencies: Array<number> = []
    const start = performance.now()
    await concurrently(writers, async () => {
      for (let stream = own.pop(); stream !== undefined; stream = own.pop()) {
        const begun = performance.now()
        await session.handle(stream, Payloads.next(), true)
        latencies.push(performance.now() - begun)
      }
    })
    const seconds = (performance.now() - start) / 1_000
    return {
      value: streams / seconds,
      events: streams,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99)
    }
  }
}
