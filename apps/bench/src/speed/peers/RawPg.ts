/**
 * PostgreSQL without an event store: prepared statements on one table, a unique index for versions, a reader that takes
 * all events after the last position. The lower bound of the cost of a store on PostgreSQL.
 */
import { DatabaseError, Pool } from "pg"
import { Conflict, connections, empty, eventType, evolve, type Payload, type Peer, type Session } from "../Peer.ts"
import { poll } from "../Polling.ts"
import { rawProjection } from "./RawProjection.ts"

const tables = `
  CREATE TABLE IF NOT EXISTS events (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream text NOT NULL,
    version int NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (stream, version)
  )`

const insertOne = {
  name: "insert-one",
  text: "INSERT INTO events (stream, version, type, data) VALUES ($1, $2, $3, $4)"
}
const insertMany = {
  name: "insert-many",
  text:
    "INSERT INTO events (stream, version, type, data) SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::jsonb[])"
}
// Without a conversion of jsonb by the driver, so that only the benchmark's own parsing is measured.
const select = {
  name: "select-stream",
  text: "SELECT data::text AS data FROM events WHERE stream = $1 ORDER BY version"
}

/** PostgreSQL through `pg`. */
export const peer: Peer = {
  open: async (url) => {
    const pool = new Pool({ connectionString: url, max: connections })
    await pool.query(tables)
    return session(pool)
  }
}

const session = (pool: Pool): Session => {
  const load = async (stream: string) => {
    const { rows } = await pool.query<{ data: string }>({ ...select, values: [stream] })
    let folded = empty
    for (const { data } of rows) folded = evolve(folded, JSON.parse(data) as Payload)
    return folded
  }
  const append: Session["append"] = async (stream, mark, payloads) => {
    await (payloads.length === 1
      ? pool.query({ ...insertOne, values: [stream, mark + 1, eventType, JSON.stringify(payloads[0])] })
      : insert(pool, payloads.map((payload, index) => ({ stream, version: mark + 1 + index, payload }))))
      .catch(refuse)
    return mark + payloads.length
  }
  return {
    append,
    load,
    handle: async (stream, payload) => {
      const { events } = await load(stream)
      await append(stream, events, [payload])
    },
    commit: (streams, payloads) =>
      insert(pool, streams.map((stream, index) => ({ stream, version: 1, payload: payloads[index]! }))).catch(refuse),
    stored: async () => Number((await pool.query("SELECT count(*) FROM events")).rows[0].count),
    projection: rawProjection(pool),
    follow: (seen) => follow(pool, seen),
    close: () => pool.end()
  }
}

interface Row {
  readonly stream: string
  readonly version: number
  readonly payload: Payload
}

const insert = async (pool: Pool, rows: ReadonlyArray<Row>): Promise<void> => {
  await pool.query({
    ...insertMany,
    values: [
      rows.map(({ stream }) => stream),
      rows.map(({ version }) => version),
      rows.map(() => eventType),
      rows.map(({ payload }) => JSON.stringify(payload))
    ]
  })
}

const refuse = (error: unknown): never => {
  if (error instanceof DatabaseError && error.code === "23505") throw new Conflict(error.message)
  throw error
}

/** Polls for positions above the last one; a transaction that commits late with a lower position is never seen. */
const follow = async (pool: Pool, seen: (n: number) => void) => {
  let position = "0"
  return poll(async () => {
    const { rows } = await pool.query<{ position: string; n: number }>({
      name: "follow",
      text: "SELECT position, (data->>'n')::int AS n FROM events WHERE position > $1 ORDER BY position LIMIT 1000",
      values: [position]
    })
    for (const { n } of rows) seen(n)
    position = rows.at(-1)?.position ?? position
    return rows.length
  })
}
