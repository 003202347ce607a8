/** Act with its adapter for PostgreSQL: commits through its store, commands through its actions. */
import { act, type Committed, ConcurrencyError, type Schemas, state, store as port } from "@rotorsoft/act"
import { PostgresStore } from "@rotorsoft/act-pg"
import { randomUUID } from "node:crypto"
import { DatabaseError, Pool } from "pg"
import { z } from "zod"
import { Conflict, connections, type Payload, type Peer, type Session } from "../Peer.ts"
import { poll } from "../Polling.ts"

const payloadSchema = z.object({ n: z.number(), cents: z.number(), account: z.string(), why: z.string() })

const account = state("Account", z.object({ events: z.number(), cents: z.number() }))
  .init(() => ({ events: 0, cents: 0 }))
  .emits({ Deposited: payloadSchema })
  .patch({
    Deposited: ({ data }, { cents, events }) => ({ events: events + 1, cents: cents + data.cents })
  })
  .on("deposit", payloadSchema)
  .emit((payload) => ["Deposited", payload])
  .build()

/** The store, and an app with one state. */
export const peer: Peer = {
  open: async (url) => {
    const { hostname, password, pathname, port: serverPort, username } = new URL(url)
    const config = {
      host: hostname,
      port: Number(serverPort),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database: pathname.slice(1),
      max: connections
    }
    const store = new PostgresStore(config)
    await store.seed()
    // Its app reads and writes through one store for the whole process, the first one that is given here.
    const isOfApp = port(store) === store
    return session(store, isOfApp, new Pool({ ...config, max: 1 }))
  }
}

const actor = { id: "bench", name: "bench" }

const session = (store: PostgresStore, isOfApp: boolean, pool: Pool): Session => {
  const app = act().with(account).build()
  return {
    append: async (stream, mark, payloads) => {
      const messages = payloads.map((data) => ({ name: "Deposited", data: { ...data } }))
      // Its versions begin at 0, and a new stream is at -1.
      await store.commit(stream, messages, { correlation: randomUUID(), causation: {} }, mark - 1).catch(refuse)
      return mark + payloads.length
    },
    load: async (stream) => (await app.load(account, stream)).state,
    handle: async (stream, payload) => {
      await app.do("deposit", { stream, actor }, payload)
    },
    stored: async () => Number((await pool.query("SELECT count(*) FROM events")).rows[0].count),
    follow: (seen) => follow(store, seen),
    close: async () => {
      await pool.end()
      if (!isOfApp) await store.dispose()
    }
  }
}

const refuse = (error: unknown): never => {
  const isConflict = error instanceof ConcurrencyError ||
    (error instanceof DatabaseError && error.code === "23505")
  if (isConflict) throw new Conflict(error.message)
  throw error
}

/** Queries by the last id, as the store's own `fetch` does for its reactions. */
const follow = async (store: PostgresStore, seen: (n: number) => void) => {
  let after = -1
  const see = (event: Committed<Schemas, string>) => {
    after = event.id
    seen((event.data as unknown as Payload).n)
  }
  return poll(() => store.query(see, { after, limit: 1_000 }))
}
