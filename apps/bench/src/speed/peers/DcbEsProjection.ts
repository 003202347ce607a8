/** A projection of dcb-es: its `runHandler`, which upserts a row for each event in a transaction of its own. */
import type { EventHandler, Tags } from "@dcb-es/event-store"
import { ensureHandlersInstalled, type PostgresEventStore, runHandler } from "@dcb-es/event-store-postgres"
import type { Pool, PoolClient } from "pg"
import { eventType, type Payload, type Projection } from "../Peer.ts"

/** The events. */
export interface Deposited {
  readonly type: typeof eventType
  readonly tags: Tags
  readonly data: Payload
  readonly metadata: Record<string, never>
}

/** Rows in a table of their own for each name. */
export const projection = (eventStore: PostgresEventStore, pool: Pool): Projection => {
  const run = async (
    handlerName: string,
    keyOf: (payload: Payload) => string,
    seen: () => void,
    signal: AbortSignal
  ) => {
    await pool.query(`CREATE TABLE IF NOT EXISTS ${handlerName} (key text PRIMARY KEY, events int, cents bigint)`)
    await ensureHandlersInstalled(pool, [handlerName], "_handler_bookmarks")
    const handlerFactory = (client: PoolClient): EventHandler<Deposited> => ({
      when: {
        [eventType]: async ({ event: { data } }) => {
          await client.query(upsert(handlerName), [keyOf(data), data.cents])
          seen()
        }
      }
    })
    return runHandler({ pool, eventStore, handlerName, handlerFactory, signal })
  }
  return {
    catchUp: async (name, millis, keyOf) => {
      const total = Number((await pool.query("SELECT count(*) FROM events")).rows[0].count)
      const end = new AbortController()
      const timer = setTimeout(() => end.abort(), millis)
      let events = 0
      const seen = () => {
        if (++events === total) end.abort()
      }
      await (await run(name, keyOf, seen, end.signal)).promise
      clearTimeout(timer)
      return { events, isDone: events === total }
    },
    start: async (name) => {
      const end = new AbortController()
      const { promise } = await run(name, ({ account }) => account, () => {}, end.signal)
      return async () => {
        end.abort()
        await promise
      }
    },
    countOf: async (name, key) =>
      (await pool.query<{ events: number }>(`SELECT events FROM ${name} WHERE key = $1`, [key])).rows[0]?.events ?? 0
  }
}

const upsert = (table: string): string =>
  `INSERT INTO ${table} AS row VALUES ($1, 1, $2)
   ON CONFLICT (key) DO UPDATE SET events = row.events + 1, cents = row.cents + excluded.cents`
