/** Castore, with its adapter for PostgreSQL and its adapter in memory. */
import {
  type EventStorageAdapter,
  EventStore,
  EventType,
  type EventTypeDetail,
  type GroupedEvent,
  isEventAlreadyExistsError
} from "@castore/core"
import { InMemoryEventStorageAdapter } from "@castore/event-storage-adapter-in-memory"
import { PostgresEventStorageAdapter } from "@castore/event-storage-adapter-postgres"
import { Pool } from "pg"
import { category, Conflict, eventType, type Folded, type Payload, type Peer, type Session } from "../Peer.ts"

/** The adapter for PostgreSQL. Its pool has 10 connections, and no option changes that. */
export const peer: Peer = {
  open: async (url) => {
    await PostgresEventStorageAdapter.createEventTable({ connectionString: url })
    const adapter = new PostgresEventStorageAdapter({ connectionString: url })
    const counting = new Pool({ connectionString: url, max: 1 })
    return {
      ...session(adapter),
      stored: async () => Number((await counting.query("SELECT count(*) FROM event")).rows[0].count),
      // The adapter has no way to close its own pool: that ends with the process.
      close: () => counting.end()
    }
  }
}

/** The adapter in memory. */
export const memory: Peer = {
  open: async () => {
    const adapter = new InMemoryEventStorageAdapter()
    return {
      ...session(adapter),
      stored: async () => Object.values(adapter.eventStore).reduce((sum, events) => sum + (events?.length ?? 0), 0),
      close: async () => {}
    }
  }
}

const deposited = new EventType<typeof eventType, Payload>({ type: eventType })

type Detail = EventTypeDetail<typeof deposited>

interface Account extends Folded {
  readonly aggregateId: string
  readonly version: number
}

const reducer = (account: Account, { aggregateId, payload, version }: Detail): Account => ({
  aggregateId,
  version,
  // There is no state before the first event.
  events: (account?.events ?? 0) + 1,
  cents: (account?.cents ?? 0) + payload.cents
})

const session = (eventStorageAdapter: EventStorageAdapter): Omit<Session, "stored" | "close"> => {
  const store = new EventStore({ eventStoreId: category, eventTypes: [deposited], reducer, eventStorageAdapter })
  const detail = (aggregateId: string, version: number, payload: Payload) => (
    { aggregateId, version, type: eventType, payload } as const
  )
  const pushGroup = async (details: ReadonlyArray<ReturnType<typeof detail>>) => {
    const [first, second, ...rest] = details.map((each): GroupedEvent => store.groupEvent(each))
    await EventStore.pushEventGroup(first!, second!, ...rest).catch(refuse)
  }
  return {
    append: async (stream, mark, payloads) => {
      if (payloads.length === 1) await store.pushEvent(detail(stream, mark + 1, payloads[0]!)).catch(refuse)
      else await pushGroup(payloads.map((payload, index) => detail(stream, mark + 1 + index, payload)))
      return mark + payloads.length
    },
    load: async (stream) => {
      const { aggregate } = await store.getAggregate(stream)
      return { events: aggregate?.events ?? 0, cents: aggregate?.cents ?? 0 }
    },
    handle: async (stream, payload) => {
      const { aggregate } = await store.getAggregate(stream)
      const event = detail(stream, (aggregate?.version ?? 0) + 1, payload)
      await store.pushEvent(event, aggregate === undefined ? {} : { prevAggregate: aggregate })
    },
    commit: (streams, payloads) => pushGroup(streams.map((stream, index) => detail(stream, 1, payloads[index]!)))
  }
}

const refuse = (error: unknown): never => {
  if (isEventAlreadyExistsError(error)) throw new Conflict("the version is taken")
  throw error
}
