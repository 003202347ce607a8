/** An adapter's second test: every law of projections, parked streams, inline rows, the past, queries and subscribers. */
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import type { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { afterAll, describe } from "vitest"
import * as Arbitraries from "../kit/internal/Arbitraries.ts"
import * as Sample from "../kit/internal/Sample.ts"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as Histories from "./internal/Histories.ts"
import * as InlineLaws from "./internal/InlineLaws.ts"
import * as Jars from "./internal/Jars.ts"
import * as ParkingLaws from "./internal/ParkingLaws.ts"
import * as PastRowsLaws from "./internal/PastRowsLaws.ts"
import * as Projections from "./internal/Projections.ts"
import * as ProjectorLaws from "./internal/ProjectorLaws.ts"
import * as RebuildLaws from "./internal/RebuildLaws.ts"
import * as RowQueryLaws from "./internal/RowQueryLaws.ts"
import * as Shelf from "./internal/Shelf.ts"
import * as SubscriptionLaws from "./internal/SubscriptionLaws.ts"

/** What an adapter must have for the laws. */
export type Stores = EventStore | EventReader | SnapshotStore | ReadModelStore

const batchSize = fc.integer({ min: 1, max: 4 })

const fed = (shape: fc.Arbitrary<Projections.Shape>, entry: fc.Arbitrary<Histories.Entry>) =>
  fc.record({ shape, parts: Histories.parts(entry) })

const logged = (shape: fc.Arbitrary<Projections.Shape>, entry: fc.Arbitrary<Histories.Entry>, maxLength?: number) =>
  fc.record({ shape, history: Histories.of(entry, maxLength), batchSize })

const anyFed = fed(Projections.arbitrary, Histories.entry)
const anyLogged = logged(Projections.arbitrary, Histories.entry, 12)

const rebuilt = fc.record({
  shape: Projections.arbitrary,
  history: Histories.of(Histories.entry),
  batchSize,
  later: Histories.of(Histories.entry, 3),
  raised: fc.boolean()
})

const id = fc.constantFrom(...Jars.ids)

const stored = fc.oneof(
  Sample.events.map((event) => Result.getOrThrow(Sample.codec.encode(event))),
  Sample.older.map(({ stored }) => stored)
)

const keyed = fc.record({ command: Sample.commands, key: fc.constantFrom(undefined, undefined, 1, 2) })

const step: fc.Arbitrary<Jars.Step> = fc.oneof(
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

const type = fc.constantFrom("CoinsAdded", "CoinsTaken", "JarSealed")

const followed: fc.Arbitrary<SubscriptionLaws.Followed> = fc.record({
  before: Histories.of(Histories.entry, 5),
  during: Histories.of(Histories.entry, 5),
  from: fc.nat(5),
  types: fc.option(fc.uniqueArray(type, { maxLength: 2 }), { nil: undefined }),
  categories: fc.option(fc.uniqueArray(fc.nat(2), { maxLength: 2 }), { nil: undefined }),
  occurredFrom: fc.option(Arbitraries.time, { nil: undefined }),
  takes: fc.constantFrom(0, 0, 1)
})

const asked = fc.record({ things: Shelf.things, questions: fc.array(Shelf.question, { minLength: 1, maxLength: 8 }) })

const repairable = fed(Projections.poisonedByStream, Histories.readableEntry)

/** The laws of an adapter's projections and of those who read them, and of those who follow the log. */
export const properties = (): ReadonlyArray<Law.Property<Stores>> => [
  Law.over(ProjectorLaws.anyBatchingIsRefold, anyFed),
  Law.over(ProjectorLaws.resumedIsRefold, logged(Projections.arbitrary, Histories.entry, 6)),
  Law.over(ProjectorLaws.oneOwnerAtATime, anyFed),
  Law.over(ProjectorLaws.ownWritesAreRead, anyFed),
  Law.over(RebuildLaws.rebuiltIsRefold, rebuilt),
  Law.over(ParkingLaws.parkedStreamsWait, fed(Projections.poisonedShapes, Histories.entry)),
  Law.over(ParkingLaws.retriedIsRefold, repairable),
  Law.over(ParkingLaws.failedRetryLosesNothing, repairable),
  Law.over(ParkingLaws.discardedEventsAreLeftOut, fed(Projections.poisonedByStream, Histories.entry)),
  Law.over(ParkingLaws.rebuildsHonourDiscards, fed(Projections.poisonedShapes, Histories.entry)),
  Law.over(InlineLaws.inlineRowAndTailIsReplay, program),
  Law.over(InlineLaws.handlersWriteRows, program),
  Law.over(InlineLaws.newerRowsStay, fc.integer({ min: 1, max: 9 })),
  Law.over(PastRowsLaws.asOfAPositionIsWhatWasSeen, logged(Projections.arbitrary, Histories.entry, 5)),
  Law.over(PastRowsLaws.asOfAnInstantIsRefold, logged(Projections.arbitrary, Histories.entry, 4)),
  Law.over(PastRowsLaws.rowAsOfIsRefold, logged(Projections.keyedByStream, Histories.readableEntry, 6)),
  Law.over(SubscriptionLaws.everyEventOnce, followed),
  Law.over(SubscriptionLaws.resumedSubscriptionGoesOn, followed),
  Law.over(SubscriptionLaws.replayBeginsWithTheEvent, followed),
  Law.over(RowQueryLaws.queriesAreEvaluated, asked),
  Law.over(RowQueryLaws.cursorsWalkAllRows, asked),
  Law.over(RowQueryLaws.cachedAnswersAreTrue, anyFed)
]

/** Tests an adapter. Each law is tried on 30 inputs by default. */
export const suite = <R, E>(name: string, layer: Layer.Layer<Stores | R, E>, { runs = 30 }: Suite.Options = {}): void =>
  Suite.layer(name, layer, properties(), { runs })

/** A name and the layer of an adapter. */
export type Adapter = readonly [name: string, layer: Layer.Layer<ProjectorLaws.Stores, unknown>]

/** The law that the same history has the same rows in several adapters. */
export const acrossAdapters = (adapters: ReadonlyArray<ProjectorLaws.NamedStores>): Law.Property<never> =>
  Law.over(ProjectorLaws.adaptersHaveTheSameRows(adapters), anyLogged)

/** Tests that the same history has the same rows in several adapters. */
export const agreement = (
  name: string,
  adapters: ReadonlyArray<Adapter>,
  { runs = 20 }: Suite.Options = {}
): void => {
  // oxlint-disable-next-line vitest/valid-title
  describe(name, () => {
    const runtimes = adapters.map(([, layer]) => ManagedRuntime.make(layer))
    afterAll(() => Promise.all(runtimes.map((runtime) => runtime.dispose())), Suite.patience)
    const stores = runtimes.map(({ contextEffect }, index) => [adapters[index]![0], contextEffect] as const)
    Suite.register([acrossAdapters(stores)], { runs, run: Effect.runPromise })
  })
}
