/** Message DB: its SQL functions through `pg`. One message a call; several are calls in one transaction. */
import { randomUUID } from "node:crypto"
import * as Fs from "node:fs"
import { createRequire } from "node:module"
import * as Path from "node:path"
import { Pool, type PoolClient } from "pg"
import {
  category,
  Conflict,
  connections,
  empty,
  eventType,
  evolve,
  type Payload,
  type Peer,
  type Session
} from "../Peer.ts"
import { poll } from "../Polling.ts"

/** Message DB. Its own scripts put its objects into the schema `message_store`. */
export const peer: Peer = {
  open: async (url) => {
    const pool = new Pool({
      connectionString: url,
      max: connections,
      options: "-c search_path=message_store,public -c client_min_messages=warning"
    })
    const { rows } = await pool.query<{ missing: boolean }>(
      "SELECT to_regclass('message_store.messages') IS NULL AS missing"
    )
    if (rows[0]?.missing === true) { for (const file of scripts()) await pool.query(Fs.readFileSync(file, "utf8")) }
    return session(pool)
  }
}

// The files that `install.sh` runs by psql, in its order, up to the indexes; its views are for people.
const scripts = (): ReadonlyArray<string> => {
  const root = Path.join(
    Path.dirname(createRequire(import.meta.url).resolve("@eventide/message-db/package.json")),
    "database"
  )
  const functions = "message-store-version hash-64 acquire-lock category is-category id cardinal-id stream-version"
  return [
    "roles/message-store",
    "schema/message-store",
    "extensions/pgcrypto",
    "tables/messages",
    "types/message",
    ...`${functions} write-message get-stream-messages get-category-messages get-last-stream-message`.split(" ")
      .map((name) => `functions/${name}`),
    ..."messages-id messages-stream messages-category".split(" ").map((name) => `indexes/${name}`)
  ].map((file) => Path.join(root, `${file}.sql`))
}

// Its versions begin at 0, and no stream is at -1.
const write = async (on: Pool | PoolClient, stream: string, mark: number, payload: Payload): Promise<void> => {
  await on.query({
    name: "write",
    text: "SELECT write_message($1, $2, $3, $4, $5, $6)",
    values: [randomUUID(), `${category}-${stream}`, eventType, JSON.stringify(payload), null, mark - 1]
  }).catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith("Wrong expected version")) throw new Conflict(error.message)
    throw error
  })
}

const inTransaction = async (pool: Pool, body: (client: PoolClient) => Promise<void>): Promise<void> => {
  const client = await pool.connect()
  try {
    await client.query("BEGIN")
    await body(client)
    await client.query("COMMIT")
  } catch (error) {
    await client.query("ROLLBACK")
    throw error
  } finally {
    client.release()
  }
}

const session = (pool: Pool): Session => {
  const append: Session["append"] = async (stream, mark, payloads) => {
    if (payloads.length === 1) await write(pool, stream, mark, payloads[0]!)
    else {
      await inTransaction(pool, async (client) => {
        for (const [index, payload] of payloads.entries()) await write(client, stream, mark + index, payload)
      })
    }
    return mark + payloads.length
  }
  const load = async (stream: string) => {
    const { rows } = await pool.query<{ data: string }>({
      name: "read-stream",
      // -1: all of them.
      text: "SELECT data FROM get_stream_messages($1, 0, -1)",
      values: [`${category}-${stream}`]
    })
    let folded = empty
    for (const { data } of rows) folded = evolve(folded, JSON.parse(data) as Payload)
    return folded
  }
  return {
    append,
    load,
    handle: async (stream, payload) => {
      const { events } = await load(stream)
      await append(stream, events, [payload])
    },
    commit: (streams, payloads) =>
      inTransaction(pool, async (client) => {
        for (const [index, stream] of streams.entries()) await write(client, stream, 0, payloads[index]!)
      }),
    stored: async () => Number((await pool.query("SELECT count(*) FROM messages")).rows[0].count),
    follow: (seen) => follow(pool, seen),
    close: () => pool.end()
  }
}

/** Polls the category from the position after the last one, as its consumers do. */
const follow = async (pool: Pool, seen: (n: number) => void) => {
  let position = 1
  return poll(async () => {
    const { rows } = await pool.query<{ global_position: string; data: string }>({
      name: "follow",
      text: "SELECT global_position, data FROM get_category_messages($1, $2, 1000)",
      values: [category, position]
    })
    for (const { data } of rows) seen((JSON.parse(data) as Payload).n)
    position = Math.max(position, Number(rows.at(-1)?.global_position ?? 0) + 1)
    return rows.length
  })
}
