/** Consumers with one fault each. */
import * as Consumer from "@refold/store/consume/Consumer"
import * as Effect from "effect/Effect"
import type * as ConsumerRun from "../../../src/consume/internal/ConsumerRun.ts"

type Handle = ConsumerRun.SampleConsumer["handle"]
type Call = readonly [...Parameters<Handle>]

const replaced = (consumer: ConsumerRun.SampleConsumer, handle: Handle) => ({ ...consumer, handle })

/** Collects the events while the checkpoint moves, and handles them then. */
const afterwards =
  (order: (calls: ReadonlyArray<Call>) => ReadonlyArray<Call>): ConsumerRun.CatchUp => (consumer, options) =>
    Effect.suspend(() => {
      const calls: Array<Call> = []
      const collecting = replaced(consumer, (...call) => Effect.sync(() => void calls.push(call)))
      const handleAll = Effect.suspend(() => Effect.forEach(order(calls), (call) => consumer.handle(...call)))
      return Effect.andThen(Consumer.catchUp(collecting, options), handleAll)
    })

export const handlesAfterTheCheckpoint = afterwards((calls) => calls)

export const handlesBackwards = afterwards((calls) => calls.toReversed())

let deliveries = 0

export const makesAKeyForEachDelivery: ConsumerRun.CatchUp = (consumer, options) =>
  Consumer.catchUp(
    replaced(consumer, (event, delivery) =>
      consumer.handle(event, { ...delivery, key: `${delivery.key}/${deliveries++}` })),
    options
  )
