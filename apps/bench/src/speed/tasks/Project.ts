/** Projections: the rate of a build, and the delay from an append to its row. */
import * as Payloads from "../Payloads.ts"
import type { Projection } from "../Peer.ts"
import { quantile } from "../Statistics.ts"
import { need, sleep, type Task } from "../Task.ts"
import { fill } from "./Append.ts"

/**
 * Events a second of building `rows` rows from a log of `events` events. After `millis` it is stopped, and the rate is that
 * of the events until then. Reads `events`, `rows`, `millis`.
 */
export const catchUp: Task = async (session, { events, millis, rows }) => {
  const projection = need(session.projection, "projections")
  await fill(session, events)
  return async (round) => {
    const name = `rows_of_${rows}_round_${round}`
    let first = ""
    const start = performance.now()
    const built = await projection.catchUp(name, millis, ({ n }) => {
      const key = `account-${n % rows}`
      if (first === "") first = key
      return key
    })
    const seconds = (performance.now() - start) / 1_000
    // Not every store shows rows of an unfinished build.
    if (built.isDone && await projection.countOf(name, first) === 0)
      throw new Error(`no row of ${name} has the events of ${first}`)
    return { value: built.events / seconds, events: built.events }
  }
}

// Then the append counts as never seen.
const limit = 10_000

/** Milliseconds from the acknowledgement of an append to its row, the median of `times` appends. Reads `times`. */
export const visible: Task = async (session, { times }) => {
  const projection = need(session.projection, "projections")
  return async (round) => {
    const name = `visible_round_${round}`
    const stop = await projection.start(name)
    try {
      const latencies: Array<number> = []
      // The first ones wait for the projection to begin.
      for (let sample = -2; sample < times; sample++) {
        const account = Payloads.stream()
        await session.append(Payloads.stream(), 0, [{ ...Payloads.next(), account }])
        const waited = await untilVisible(projection, name, account)
        if (sample >= 0) latencies.push(waited)
        // Random, to avoid the rhythm of polling.
        await sleep((sample + 2) * 7 % 23)
      }
      const p50 = quantile(latencies, 0.5)
      return { value: p50, p50, p99: quantile(latencies, 0.99) }
    } finally {
      await stop()
    }
  }
}

const untilVisible = async (projection: Projection, name: string, key: string): Promise<number> => {
  const start = performance.now()
  for (;;) {
    // A row is read as soon as the read before has answered: its table may not exist yet.
    const count = await projection.countOf(name, key).catch(() => 0)
    const waited = performance.now() - start
    if (count > 0) return waited
    if (waited > limit) throw new Error(`the row of an append was not there after ${limit} ms`)
  }
}
