/** Consumers with one fault each. */
import * as Consumer from "@refold/store/consume/Consumer"
import * as Effect from "effect/Effect"
import type * as ConsumerRun from "../../../src/consume/internal/ConsumerRun.ts"

type Deliver = NonNullable<ConsumerRun.SampleConsumer["handleAll"]>
type Delivered = Parameters<Deliver>[0]

const replaced = (consumer: ConsumerRun.SampleConsumer, deliver: Deliver): ConsumerRun.SampleConsumer =>
  consumer.handleAll === undefined
    ? { ...consumer, handle: (event, delivery) => deliver([{ event, delivery }]) }
    : { ...consumer, handleAll: deliver }

const deliver = ({ handle, handleAll }: ConsumerRun.SampleConsumer): Deliver =>
  handleAll ?? ((delivered) => Effect.forEach(delivered, ({ delivery, event }) => handle!(event, delivery)))

/** Collects all or some events, and handles them after the checkpoint has moved. */
const afterwards = (
  handle: (consumer: ConsumerRun.SampleConsumer, all: Delivered) => Effect.Effect<unknown, unknown>,
  isLate = always
) =>
(consumer: ConsumerRun.SampleConsumer, options: Consumer.Options) =>
  Effect.suspend(() => {
    const collected: Array<Delivered[number]> = []
    const collecting = replaced(consumer, (delivered) => {
      collected.push(...delivered.filter(isLate))
      return deliver(consumer)(delivered.filter((one) => !isLate(one)))
    })
    return Effect.andThen(
      Consumer.catchUp(collecting, options),
      Effect.suspend(() => handle(consumer, collected))
    )
  })

const always: (one: Delivered[number]) => boolean = () => true

export const handlesAfterTheCheckpoint = afterwards((consumer, all) => deliver(consumer)(all))

export const handlesBackwards = afterwards((consumer, all) => deliver(consumer)(all.toReversed()))

/** As if the checkpoint were stored while the second event of a stream is being handled. */
export const passesEventsInHand = afterwards(
  (consumer, all) => deliver(consumer)(all),
  ({ delivery }) => delivery.version === 2
)

export const handlesAStreamAtOnce = afterwards((consumer, all) =>
  Effect.forEach(all, (one) => deliver(consumer)([one]), { concurrency: "unbounded", discard: true })
)

let deliveries = 0

export const makesAKeyForEachDelivery: ConsumerRun.CatchUp = (consumer, options) => {
  const rekeyed = (delivered: Delivered) =>
    delivered.map(({ delivery, event }) => ({
      event,
      delivery: { ...delivery, key: `${delivery.key}/${deliveries++}` }
    }))
  return Consumer.catchUp(replaced(consumer, (delivered) => deliver(consumer)(rekeyed(delivered))), options)
}
