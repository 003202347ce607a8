/**
 * Tests an adapter's read model store: projectors, rebuilds, parked streams, inline rows, rows as of the past, queries and
 * subscriptions.
 */
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import type { ReadModelStore } from "@refold/store/project/ReadModelStore"
import type * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as LossyTill from "../decide/internal/LossyTill.ts"
import * as Arbitraries from "../kit/internal/Arbitraries.ts"
import * as Sample from "../kit/internal/Sample.ts"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as DeploymentLaws from "./internal/DeploymentLaws.ts"
import * as Histories from "./internal/Histories.ts"
import * as InlineLaws from "./internal/InlineLaws.ts"
import * as InlineRowModel from "./internal/InlineRowModel.ts"
import * as ParkingLaws from "./internal/ParkingLaws.ts"
import * as PartitionedRun from "./internal/PartitionedRun.ts"
import * as PartitionLaws from "./internal/PartitionLaws.ts"
import * as PastRowsLaws from "./internal/PastRowsLaws.ts"
import * as ProjectorLaws from "./internal/ProjectorLaws.ts"
import * as RebuildLaws from "./internal/RebuildLaws.ts"
import * as RememberedRowLaws from "./internal/RememberedRowLaws.ts"
import * as RowQueryLaws from "./internal/RowQueryLaws.ts"
import * as RowQueryModel from "./internal/RowQueryModel.ts"
import * as SampleProjections from "./internal/SampleProjections.ts"
import * as SubscriptionLaws from "./internal/SubscriptionLaws.ts"

/** The services under test. */
export type Stores = EventStore | EventReader | SnapshotStore | ReadModelStore

const batchSize = fc.integer({ min: 1, max: 4 })

const growing = (shape: fc.Arbitrary<SampleProjections.Shape>, entry: fc.Arbitrary<Histories.Entry>) =>
  fc.record({ shape, parts: Histories.parts(entry) })

const logged = (
  shape: fc.Arbitrary<SampleProjections.Shape>,
  entry: fc.Arbitrary<Histories.Entry>,
  maxLength?: number
) => fc.record({ shape, history: Histories.of(entry, maxLength), batchSize })

const anyGrowing = growing(SampleProjections.arbitrary, Histories.entry)
/** Histories, and the projections and batch sizes that they are projected with. */
export const anyLogged = logged(SampleProjections.arbitrary, Histories.entry, 12)

const rebuilt = fc.record({
  shape: SampleProjections.arbitrary,
  history: Histories.of(Histories.entry),
  batchSize,
  later: Histories.of(Histories.entry, 3),
  raised: fc.boolean()
})

const id = fc.constantFrom(...InlineRowModel.ids)

const stored = fc.oneof(
  Sample.events.map((event) => Result.getOrThrow(Sample.codec.encode(event))),
  Sample.older.map(({ stored }) => stored)
)

const keyed = fc.record({ command: Sample.commands, key: fc.constantFrom(undefined, undefined, 1, 2) })

const step: fc.Arbitrary<InlineRowModel.Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ _tag: fc.constant("Handle" as const), id, commands: fc.array(keyed, { maxLength: 3 }) })
  },
  {
    weight: 4,
    arbitrary: fc.record({ _tag: fc.constantFrom("Append" as const, "Conflict" as const, "Copy" as const), id, stored })
  },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("CatchUp" as const), batchSize }) }
)

const program = fc.record({ steps: fc.array(step, { maxLength: 8 }), runs: fc.boolean() })

const payments = fc.array(LossyTill.commands, { maxLength: 4 })

const type = fc.constantFrom("CoinsAdded", "CoinsTaken", "JarSealed")

const subscribed: fc.Arbitrary<SubscriptionLaws.SubscriptionCase> = fc.record({
  before: Histories.of(Histories.entry, 5),
  during: Histories.of(Histories.entry, 5),
  from: fc.nat(5),
  types: fc.option(fc.uniqueArray(type, { maxLength: 2 }), { nil: undefined }),
  categories: fc.option(fc.uniqueArray(fc.nat(2), { maxLength: 2 }), { nil: undefined }),
  occurredFrom: fc.option(Arbitraries.time, { nil: undefined }),
  processingMillis: fc.constantFrom(0, 0, 1)
})

const queried = fc.record({
  rows: RowQueryModel.rows,
  queries: fc.array(RowQueryModel.query, { minLength: 1, maxLength: 8 })
})

const partitioned = fc.record({ shape: SampleProjections.keyedByStream, parts: PartitionedRun.parts })

const repairable = growing(SampleProjections.poisonedByStream, Histories.readableEntry)

/** The laws of an adapter, to select from or to check without Vitest. */
export const properties = (): ReadonlyArray<Law.Property<Stores>> => [
  Law.over(ProjectorLaws.anyBatchingIsRefold, anyGrowing),
  Law.over(ProjectorLaws.partsAreWholeOrNothing, growing(SampleProjections.poisonedInParts, Histories.readableEntry)),
  Law.over(ProjectorLaws.resumedIsRefold, logged(SampleProjections.arbitrary, Histories.entry, 6)),
  Law.over(ProjectorLaws.oneOwnerAtATime, anyGrowing),
  Law.over(ProjectorLaws.ownWritesAreRead, anyGrowing),
  Law.over(PartitionLaws.anyPartitioningIsRefold, partitioned),
  Law.over(RebuildLaws.rebuiltIsRefold, rebuilt),
  Law.over(ParkingLaws.parkedStreamsWait, growing(SampleProjections.poisonedShapes, Histories.entry)),
  Law.over(ParkingLaws.retriedIsRefold, repairable),
  Law.over(ParkingLaws.failedRetryLosesNothing, repairable),
  Law.over(ParkingLaws.discardedEventsAreLeftOut, growing(SampleProjections.poisonedByStream, Histories.entry)),
  Law.over(ParkingLaws.rebuildsHonourDiscards, growing(SampleProjections.poisonedShapes, Histories.entry)),
  Law.over(DeploymentLaws.newerCodeGoesOn, growing(SampleProjections.sound, Histories.entry)),
  Law.over(DeploymentLaws.otherDefinitionsAreRefused, growing(SampleProjections.sound, Histories.entry)),
  Law.over(DeploymentLaws.replacedRowsAreRead, growing(SampleProjections.sound, Histories.readableEntry)),
  Law.over(InlineLaws.inlineRowAndTailIsReplay, program),
  Law.over(InlineLaws.handlersWriteRows, program),
  Law.over(InlineLaws.newerRowsStay, fc.integer({ min: 1, max: 9 })),
  Law.over(RememberedRowLaws.rowsAreOfStoredEvents(), payments),
  Law.over(RememberedRowLaws.rowsHandledTogetherAreOfStoredEvents(), payments),
  Law.over(PastRowsLaws.asOfPositionIsWhatWasRead, logged(SampleProjections.arbitrary, Histories.entry, 5)),
  Law.over(PastRowsLaws.asOfInstantIsRefold, logged(SampleProjections.arbitrary, Histories.entry, 4)),
  Law.over(PastRowsLaws.rowAsOfIsRefold, logged(SampleProjections.keyedByStream, Histories.readableEntry, 6)),
  Law.over(SubscriptionLaws.everyEventOnce, subscribed),
  Law.over(SubscriptionLaws.resumedSubscriptionContinues, subscribed),
  Law.over(SubscriptionLaws.progressCoversWhatIsDelivered, subscribed),
  Law.over(SubscriptionLaws.replayBeginsWithTheEvent, subscribed),
  Law.over(RowQueryLaws.queriesAreEvaluated, queried),
  Law.over(RowQueryLaws.cursorsWalkAllRows, queried),
  Law.over(RowQueryLaws.cachedAnswersAreCurrent, anyGrowing),
  Law.over(RowQueryLaws.cachedAnswersAreNotShared(), anyLogged)
]

/** Tests an adapter, given as the layer of its stores. Each law is tried on 25 inputs by default. */
export const suite = <R, E>(name: string, layer: Layer.Layer<Stores | R, E>, options?: Suite.Options): void =>
  Suite.layer(name, layer, properties(), options)

/** The name and the layer of an adapter. */
export type Adapter = readonly [name: string, layer: Layer.Layer<ProjectorLaws.Stores, unknown>]

/** The law that the same history has the same rows in several adapters. */
export const acrossAdapters = (
  adapters: ReadonlyArray<Suite.NamedServices<ProjectorLaws.Stores>>
): Law.Property<never> => Law.over(ProjectorLaws.adaptersHaveTheSameRows(adapters), anyLogged)

/** Tests that the same history has the same rows in several adapters, with 25 histories by default. */
export const agreement = (name: string, adapters: ReadonlyArray<Adapter>, options?: Suite.Options): void =>
  Suite.across(name, adapters, acrossAdapters, options)
