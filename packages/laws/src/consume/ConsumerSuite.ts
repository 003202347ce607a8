/** Tests consumers on an adapter: their deliveries, the order and the keys of these, also after crashes and with parked streams. */
import type * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as Histories from "../project/internal/Histories.ts"
import * as PartitionedRun from "../project/internal/PartitionedRun.ts"
import * as ConsumerLaws from "./internal/ConsumerLaws.ts"
import * as ConsumerPartitionLaws from "./internal/ConsumerPartitionLaws.ts"
import type * as ConsumerRun from "./internal/ConsumerRun.ts"

/** The services under test. */
export type Stores = ConsumerRun.Stores

// Concurrency is not for consumers that handle events together.
const calls = fc.oneof(
  fc.constant({ isTogether: true, concurrency: 1 }),
  fc.record({ isTogether: fc.constant(false), concurrency: fc.integer({ min: 1, max: 4 }) })
)
const growing = fc.tuple(calls, Histories.parts(Histories.entry)).map(([how, parts]) => ({ ...how, parts }))
const partitioned = fc.record({ isTogether: fc.boolean(), parts: PartitionedRun.parts })
const logged = fc.record({
  concurrency: fc.integer({ min: 1, max: 3 }),
  history: Histories.of(Histories.readableEntry, 6),
  batchSize: fc.integer({ min: 1, max: 4 })
})

/** The laws of an adapter. */
export const properties = (catchUp?: ConsumerRun.CatchUp): ReadonlyArray<Law.Property<Stores>> => [
  Law.over(ConsumerLaws.everyEventInOrder(catchUp), growing),
  Law.over(ConsumerLaws.streamsTakeTurns(catchUp), logged),
  Law.over(ConsumerLaws.parkedStreamsWait, growing),
  Law.over(ConsumerLaws.retriedStreamsGoOn, growing),
  Law.over(ConsumerLaws.newerEventsWait, growing),
  Law.over(ConsumerPartitionLaws.partitionsDeliverInOrder, partitioned),
  Law.over(ConsumerPartitionLaws.partitionsByKeyDeliverInOrder, partitioned),
  Law.over(ConsumerLaws.crashesLoseNothing(catchUp), logged),
  Law.over(ConsumerLaws.deliveriesKeepTheirKeys(catchUp), logged)
]

/** Tests an adapter, given as the layer of its stores. Each law is tried on 25 inputs by default. */
export const suite = <R, E>(name: string, layer: Layer.Layer<Stores | R, E>, options?: Suite.Options): void =>
  Suite.layer(name, layer, properties(), options)
