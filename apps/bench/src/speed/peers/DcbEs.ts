/**
 * dcb-es (`@dcb-es/event-store-postgres`): no streams but tags; an append is refused if an event with the tag was stored
 * after the position that the writer has seen.
 */
import {
  AppendConditionError,
  buildDecisionModel,
  type EventHandlerWithState,
  Query,
  SequencePosition,
  Tags
} from "@dcb-es/event-store"
import { PostgresEventStore } from "@dcb-es/event-store-postgres"
import { Pool } from "pg"
import {
  Conflict,
  connections,
  empty,
  eventType,
  evolve,
  type Folded,
  type Payload,
  type Peer,
  type Session
} from "../Peer.ts"
import { type Deposited, projection } from "./DcbEsProjection.ts"

/** The store and its pool. */
export const peer: Peer = {
  open: async (url) => {
    const pool = new Pool({ connectionString: url, max: connections })
    const store = new PostgresEventStore({ pool })
    await store.ensureInstalled()
    return session(store, pool)
  }
}

const tagsOf = (stream: string): Tags => Tags.fromObj({ account: stream })

const eventOf = (stream: string, data: Payload): Deposited => ({
  type: eventType,
  tags: tagsOf(stream),
  data,
  metadata: {}
})

const conditionOf = (stream: string, mark: number) => ({
  failIfEventsMatch: Query.fromItems([{ types: [eventType], tags: tagsOf(stream) }]),
  ...(mark === 0 ? {} : { after: SequencePosition.fromString(String(mark)) })
})

const modelOf = (stream: string): EventHandlerWithState<Deposited, Folded> => ({
  tagFilter: tagsOf(stream),
  init: empty,
  when: { [eventType]: ({ event }, state) => evolve(state, event.data) }
})

const session = (store: PostgresEventStore, pool: Pool): Session => {
  const load = (stream: string) => buildDecisionModel(store, { account: modelOf(stream) })
  return {
    append: async (stream, mark, payloads) => {
      const events = payloads.map((payload) => eventOf(stream, payload))
      return Number((await store.append({ events, condition: conditionOf(stream, mark) }).catch(refuse)).toString())
    },
    load: async (stream) => (await load(stream)).state.account,
    handle: async (stream, payload) => {
      const { appendCondition } = await load(stream)
      await store.append({ events: eventOf(stream, payload), condition: appendCondition })
    },
    commit: async (streams, payloads) => {
      await store.append(streams.map((stream, index) => ({
        events: eventOf(stream, payloads[index]!),
        condition: conditionOf(stream, 0)
      }))).catch(refuse)
    },
    stored: async () => Number((await pool.query("SELECT count(*) FROM events")).rows[0].count),
    projection: projection(store, pool),
    follow: (seen) => follow(store, seen),
    close: () => pool.end()
  }
}

const refuse = (error: unknown): never => {
  if (error instanceof AppendConditionError) throw new Conflict(error.message)
  throw error
}

/** Its subscription: a NOTIFY, or a poll every 100 ms. */
const follow = async (store: PostgresEventStore, seen: (n: number) => void) => {
  const end = new AbortController()
  const loop = (async () => {
    for await (const { event } of store.subscribe(Query.all(), { signal: end.signal })) seen((event.data as Payload).n)
  })()
  return async () => {
    end.abort()
    await loop
  }
}
