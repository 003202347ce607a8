/** Emmett, with its adapter for PostgreSQL and its adapter in memory. */
import {
  CommandHandler,
  getInMemoryEventStore,
  isExpectedVersionConflictError,
  STREAM_DOES_NOT_EXIST
} from "@event-driven-io/emmett"
import { getPostgreSQLEventStore, type PostgresEventStore } from "@event-driven-io/emmett-postgresql"
import { Pool } from "pg"
import {
  category,
  Conflict,
  empty,
  eventType,
  evolve,
  type Folded,
  type Payload,
  type Peer,
  type Session
} from "../Peer.ts"
import { type Deposited, follow, projection } from "./EmmettConsumers.ts"

/** The adapter for PostgreSQL: `pg`'s pool of 10 connections, and the schema that it creates by itself. */
export const peer: Peer = {
  open: async (url) => {
    const store = getPostgreSQLEventStore(url)
    await store.schema.migrate()
    const pool = new Pool({ connectionString: url, max: 1 })
    return {
      ...session(store),
      stored: async () => Number((await pool.query("SELECT count(*) FROM emt_messages")).rows[0].count),
      projection: projection(url),
      follow: (seen) => follow(url, seen),
      close: async () => {
        await pool.end()
        await store.close()
      }
    }
  }
}

/** The adapter in memory. */
export const memory: Peer = {
  open: async () => ({ ...session(getInMemoryEventStore()), close: async () => {} })
}

const streamOf = (stream: string): string => `${category}-${stream}`
const eventOf = (data: Payload): Deposited => ({ type: eventType, data: { ...data } })
const fold = (state: Folded, { data }: Deposited): Folded => evolve(state, data)

const handle = CommandHandler<Folded, Deposited>({ evolve: fold, initialState: () => empty })

type Store = PostgresEventStore | ReturnType<typeof getInMemoryEventStore>

const session = (store: Store): Omit<Session, "close"> => ({
  append: async (stream, mark, payloads) => {
    await store.appendToStream<Deposited>(streamOf(stream), payloads.map(eventOf), {
      expectedStreamVersion: mark === 0 ? STREAM_DOES_NOT_EXIST : BigInt(mark)
    }).catch(refuse)
    return mark + payloads.length
  },
  load: async (stream) => {
    const { state } = await store.aggregateStream<Folded, Deposited>(streamOf(stream), {
      evolve: fold,
      initialState: () => empty
    })
    return state
  },
  handle: async (stream, payload) => {
    await handle(store, streamOf(stream), () => eventOf(payload))
  }
})

const refuse = (error: unknown): never => {
  if (isExpectedVersionConflictError(error)) throw new Conflict(error.message)
  throw error
}
