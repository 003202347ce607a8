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

/** Collects the events while the checkpoint moves, and handles them then. */
const afterwards = (order: (all: Delivered) => Delivered): ConsumerRun.CatchUp => (consumer, options) =>
  Effect.suspend(() => {
    const collected: Array<Delivered[number]> = []
    const collecting = replaced(consumer, (delivered) => Effect.sync(() => void collected.push(...delivered)))
    return Effect.andThen(
      Consumer.catchUp(collecting, options),
      Effect.suspend(() => deliver(consumer)(order(collected)))
    )
  })

export const handlesAfterTheCheckpoint = afterwards((all) => all)

export const handlesBackwards = afterwards((all) => all.toReversed())

let deliveries = 0

export const makesAKeyForEachDelivery: ConsumerRun.CatchUp = (consumer, options) => {
  const rekeyed = (delivered: Delivered) =>
    delivered.map(({ delivery, event }) => ({
      event,
      delivery: { ...delivery, key: `${delivery.key}/${deliveries++}` }
    }))
  return Consumer.catchUp(replaced(consumer, (delivered) => deliver(consumer)(rekeyed(delivered))), options)
}
