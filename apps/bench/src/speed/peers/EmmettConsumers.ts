/** Readers of Emmett's log: a projection into documents of its Pongo, and a reactor that sees every event. */
import type { Event, ReadEvent } from "@event-driven-io/emmett"
import { pongoMultiStreamProjection, postgreSQLEventStoreConsumer } from "@event-driven-io/emmett-postgresql"
import { pongoClient } from "@event-driven-io/pongo"
import { empty, eventType, evolve, type Folded, type Payload, type Projection } from "../Peer.ts"

/** A consumer with a pool of its own, which it closes. */
const consumerOf = (connectionString: string, stopWhen: { readonly noMessagesLeft?: boolean } = {}) =>
  postgreSQLEventStoreConsumer<Deposited>({ connectionString, stopWhen })

// A document must be of any keys, which an interface is not.
type Row = Pick<Folded, keyof Folded>

/** The type of its events. */
export type Deposited = Event<typeof eventType, Payload & Record<string, unknown>>

/** Rows of a projection for each name, in a collection of that name. */
export const projection = (url: string): Projection => {
  // The projection makes its collections.
  const pongo = pongoClient(url, { schema: { autoMigration: "None" } })
  return {
    catchUp: async (name, millis, keyOf) => {
      let events = 0
      const consumer = consumerOf(url, { noMessagesLeft: true })
      consumer.projector<Deposited>({
        processorId: name,
        projection: define(name, (payload) => {
          events++
          return keyOf(payload)
        })
      })
      let isDone = true
      const timer = setInterval(() => {
        // It cannot be stopped before it has begun.
        if (events === 0) return
        isDone = false
        void consumer.stop()
      }, millis)
      await consumer.start()
      clearInterval(timer)
      await consumer.close()
      return { events, isDone }
    },
    start: async (name) => {
      const consumer = consumerOf(url)
      consumer.projector<Deposited>({ processorId: name, projection: define(name, ({ account }) => account) })
      const running = consumer.start()
      return async () => {
        await consumer.close()
        await running
      }
    },
    countOf: async (name, key) => (await pongo.db().collection<Row>(name).findOne({ _id: key }))?.events ?? 0
  }
}

const define = (collectionName: string, keyOf: (payload: Payload) => string) =>
  pongoMultiStreamProjection<Row, Deposited>({
    collectionName,
    canHandle: [eventType],
    getDocumentId: ({ data }) => keyOf(data),
    initialState: () => empty,
    evolve: (document: Row, { data }: ReadEvent<Deposited>) => ({ ...document, ...evolve(document, data) })
  })

/** A reactor from the first event on. */
export const follow = async (url: string, seen: (n: number) => void) => {
  const consumer = consumerOf(url)
  consumer.reactor({
    processorId: "follow",
    startFrom: "BEGINNING",
    eachMessage: ({ data }) => {
      seen(data.n)
    }
  })
  const running = consumer.start()
  return async () => {
    await consumer.close()
    await running
  }
}
