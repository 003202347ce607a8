/** The laws of consumers with partitions: in any number of them, changed at any time, every event is delivered once, in order. */
import * as Consumer from "@refold/store/consume/Consumer"
import * as Partitions from "@refold/store/project/Partitions"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as PartitionedRun from "../../project/internal/PartitionedRun.ts"
import * as ProjectionRun from "../../project/internal/ProjectionRun.ts"
import * as ConsumerRun from "./ConsumerRun.ts"

/** A log that grows while the number of partitions changes, and how its events are handled. */
export interface PartitionedLog {
  readonly isTogether: boolean
  readonly parts: ReadonlyArray<PartitionedRun.Part>
}

const inPartitions = Effect.fnUntraced(function*(
  { isTogether, parts }: PartitionedLog,
  by: (letter: ConsumerRun.Letter) => string,
  partitionBy?: (event: ConsumerRun.Letter["event"]) => string
) {
  const fresh = yield* FreshNames.make
  const letters: Array<ConsumerRun.Letter> = []
  const consumer = ConsumerRun.make(fresh, letters, { isTogether, partitionBy })
  const target = Consumer.target(consumer)
  yield* Consumer.catchUp(consumer)
  for (const { batchSize, entries, partitions, steps, workers } of parts) {
    const options = { ...ConsumerRun.batching(batchSize), workers }
    yield* ProjectionRun.append(fresh, entries)
    yield* PartitionedRun.advance(target, steps, { attempts: 1 })
    yield* Partitions.change(target, partitions, { attempts: 1, batchSize, workers })
    yield* PartitionedRun.advance(target, steps, { attempts: 1 })
    yield* Consumer.catchUp(consumer, options)
  }
  const expected = ConsumerRun.expected(consumer, yield* ProjectionRun.log(fresh)).letters
  return { left: Arr.groupBy(letters, by), right: Arr.groupBy(expected, by) }
})

/** Compares the letters of each stream. */
export const partitionsDeliverInOrder = Law.make<PartitionedLog, ConsumerRun.Stores>(
  "a consumer in any number of partitions, changed at any time, delivers every event once, in the order of its stream",
  (input) => inPartitions(input, ({ stream }) => stream)
)

const typeOf = ({ _tag }: ConsumerRun.Letter["event"]): string => _tag

/** Compares the letters of each type of event, which is the key. */
export const partitionsByKeyDeliverInOrder = Law.make<PartitionedLog, ConsumerRun.Stores>(
  "a consumer whose events are partitioned by a key delivers every event once, in the order of its key",
  (input) => inPartitions(input, ({ event }) => typeOf(event), typeOf)
)
