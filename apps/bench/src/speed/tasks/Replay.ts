/** Loads: the state of one stream, from all of its events or from a snapshot. */
import * as Payloads from "../Payloads.ts"
import type { Folded } from "../Peer.ts"
import { quantile } from "../Statistics.ts"
import { need, type Task } from "../Task.ts"

/** Milliseconds to read and fold a stream of `events` events. Reads `events`, `millis`. */
export const replay: Task = async (session, { events, millis }) => {
  const stream = Payloads.stream()
  let mark = 0
  for (let stored = 0; stored < events; stored += 1_000) {
    mark = await session.append(stream, mark, Payloads.many(Math.min(1_000, events - stored)))
  }
  return () => loads(() => session.load(stream), events, millis)
}

// Events after the snapshot.
const tail = 10

/** Milliseconds to load a stream of `events` events by its snapshot and ten events after it. Reads `events`, `millis`. */
export const snapshot: Task = async (session, { events, millis }) => {
  const { load, prepare } = need(session.snapshot, "snapshots")
  const stream = Payloads.stream()
  await prepare(stream, events, tail)
  return () => loads(() => load(stream), events + tail, millis)
}

const loads = async (load: () => Promise<Folded>, expected: number, millis: number) => {
  const latencies: Array<number> = []
  const start = performance.now()
  for (let begun = start; begun - start < millis;) {
    const { events } = await load()
    if (events !== expected) throw new Error(`a load of ${expected} events folded ${events}`)
    const now = performance.now()
    latencies.push(now - begun)
    begun = now
  }
  const p50 = quantile(latencies, 0.5)
  return { value: p50, events: expected, p50, p99: quantile(latencies, 0.99) }
}
