// Planted faults of consumers.
import * as MemoryStore from "@refold/memory/MemoryStore"
import type * as Layer from "effect/Layer"
import * as ConsumerSuite from "../../src/consume/ConsumerSuite.ts"
import * as ConsumerLaws from "../../src/consume/internal/ConsumerLaws.ts"
import * as ConsumerPartitionLaws from "../../src/consume/internal/ConsumerPartitionLaws.ts"
import type * as ConsumerRun from "../../src/consume/internal/ConsumerRun.ts"
import * as Readers from "../project/faults/Readers.ts"
import * as ReadModels from "../project/faults/ReadModels.ts"
import type { Table } from "../support/Planted.ts"
import * as Planted from "../support/Planted.ts"
import * as Consumers from "./faults/Consumers.ts"

const store = (layer: Layer.Layer<ConsumerSuite.Stores>) => Planted.services(layer, ConsumerSuite.properties())

const consumer = (catchUp: ConsumerRun.CatchUp) =>
  Planted.services(MemoryStore.layer, ConsumerSuite.properties(catchUp))

const laws: Table<typeof ConsumerLaws> = {
  everyEventInOrder: { "effects in reverse order": consumer(Consumers.handlesBackwards) },
  streamsTakeTurns: { "two events of a stream at once": consumer(Consumers.handlesAStreamAtOnce) },
  parkedStreamsWait: { "ignored parked streams": store(ReadModels.ignoresParkedStreams) },
  retriedStreamsGoOn: { "streams read in reverse order": store(Readers.readsStreamsBackwards) },
  newerEventsWait: { "checkpoints that pass newer events": store(ReadModels.passesNewerEvents) },
  crashesLoseNothing: {
    "checkpoints before the effects": consumer(Consumers.handlesAfterTheCheckpoint),
    "a checkpoint after an event that is still being handled": consumer(Consumers.passesEventsInHand)
  },
  deliveriesKeepTheirKeys: { "a key for each delivery": consumer(Consumers.makesAKeyForEachDelivery) }
}

const partitions: Table<typeof ConsumerPartitionLaws> = {
  partitionsDeliverInOrder: {
    "an event that two partitions read": store(Readers.readsAllPartitions),
    "an event that no partition reads": store(Readers.readsAllPartitionsButOne),
    "a change of partitions that skips": store(ReadModels.skipsWhenPartitionsChange),
    "a change of partitions that repeats": store(ReadModels.repeatsWhenPartitionsChange)
  },
  partitionsByKeyDeliverInOrder: {
    "a change of partitions that skips": store(ReadModels.skipsWhenPartitionsChange),
    "a change of partitions that repeats": store(ReadModels.repeatsWhenPartitionsChange)
  }
}

Planted.find("ConsumerLaws", ConsumerLaws, [], laws)
Planted.find("ConsumerPartitionLaws", ConsumerPartitionLaws, [], partitions)
