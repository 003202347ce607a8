// A consumer of the deposits of accounts, and the messages that it has sent. 13 cannot be sent.
import type { EventCodec } from "@refold/core/event/EventCodec"
import * as Consumer from "@refold/store/consume/Consumer"
import * as Effect from "effect/Effect"
import * as Account from "./Account.ts"

/** A message: the stream, its version, the amount and the delivery key. */
interface Message {
  readonly stream: string
  readonly version: number
  readonly amount: number
  readonly key: string
}

/** The parts of a definition that tests vary, and an effect before a message is sent. */
export interface Parts<R> extends Partial<Omit<Consumer.Definition<Account.Event, R>, "handle" | "events">> {
  readonly events?: EventCodec<Account.Event>
  readonly before?: (event: Account.Event, delivery: Consumer.Delivery) => Effect.Effect<unknown, unknown, R>
}

/** A consumer with its own messages. */
export const make = <R = never>({ before = refuse, ...parts }: Parts<R> = {}) => {
  const sent: Array<Message> = []
  const consumer = Consumer.makeUnsafe<Account.Event, R>({
    name: "mail",
    events: Account.codec,
    startAt: "start",
    ...parts,
    handle: (event, delivery) => {
      const { key, stream, version } = delivery
      return Effect.andThen(
        before(event, delivery),
        Effect.sync(() => void sent.push({ stream, version, amount: event.amount, key }))
      )
    }
  })
  return { consumer, sent, amounts: () => sent.map(({ amount }) => amount) }
}

const refuse = ({ amount }: Account.Event) => amount === 13 ? Effect.fail(new Error("13 brings bad luck")) : Effect.void

/** Parks at the first failure. */
export const hasty = { attempts: 1 }
