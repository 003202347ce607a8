/** A projection by hand: a page of events, one upsert of their sums, and a checkpoint, in one transaction. */
import type { Pool, PoolClient } from "pg"
import type { Payload, Projection } from "../Peer.ts"
import { poll } from "../Polling.ts"

const page = 2_000

/** Rows in a table of their own for each projection. */
export const rawProjection = (pool: Pool): Projection => ({
  catchUp: async (name, millis, keyOf) => {
    await createTable(pool, name)
    const end = performance.now() + millis
    let events = 0
    for (;;) {
      const projected = await projectPage(pool, name, keyOf)
      events += projected
      if (projected < page) return { events, isDone: true }
      if (performance.now() > end) return { events, isDone: false }
    }
  },
  start: async (name) => {
    await createTable(pool, name)
    return poll(() => projectPage(pool, name, ({ account }) => account))
  },
  countOf: async (name, key) =>
    (await pool.query<{ events: number }>(`SELECT events FROM ${name} WHERE key = $1`, [key])).rows[0]?.events ?? 0
})

const createTable = async (pool: Pool, name: string): Promise<void> => {
  await pool.query(`
    CREATE TABLE IF NOT EXISTS checkpoints (name text PRIMARY KEY, position bigint NOT NULL);
    INSERT INTO checkpoints VALUES ('${name}', 0) ON CONFLICT DO NOTHING;
    CREATE TABLE IF NOT EXISTS ${name} (key text PRIMARY KEY, events int NOT NULL, cents bigint NOT NULL)`)
}

const projectPage = async (pool: Pool, name: string, keyOf: (payload: Payload) => string): Promise<number> => {
  const client = await pool.connect()
  try {
    await client.query("BEGIN")
    const { rows } = await client.query<{ position: string; data: string }>(
      `SELECT position, data::text AS data FROM events
       WHERE position > (SELECT position FROM checkpoints WHERE name = $1 FOR UPDATE) ORDER BY position LIMIT ${page}`,
      [name]
    )
    if (rows.length > 0) await store(client, name, sums(rows, keyOf), rows.at(-1)!.position)
    await client.query("COMMIT")
    return rows.length
  } finally {
    client.release()
  }
}

const sums = (rows: ReadonlyArray<{ readonly data: string }>, keyOf: (payload: Payload) => string) => {
  const byKey = new Map<string, { events: number; cents: number }>()
  for (const { data } of rows) {
    const payload = JSON.parse(data) as Payload
    const sum = byKey.get(keyOf(payload)) ?? { events: 0, cents: 0 }
    byKey.set(keyOf(payload), { events: sum.events + 1, cents: sum.cents + payload.cents })
  }
  return byKey
}

const store = async (client: PoolClient, name: string, byKey: ReturnType<typeof sums>, position: string) => {
  const values = [...byKey.values()]
  await client.query(
    `INSERT INTO ${name} AS row SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])
     ON CONFLICT (key) DO UPDATE SET events = row.events + excluded.events, cents = row.cents + excluded.cents`,
    [[...byKey.keys()], values.map(({ events }) => events), values.map(({ cents }) => cents)]
  )
  await client.query("UPDATE checkpoints SET position = $2 WHERE name = $1", [name, position])
}
