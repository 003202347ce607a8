// Planted faults of projections, read model stores and subscriptions.
import * as MemoryStore from "@refold/memory/MemoryStore"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as fc from "fast-check"
import * as LossyTill from "../../src/decide/internal/LossyTill.ts"
import * as Sample from "../../src/kit/internal/Sample.ts"
import * as Law from "../../src/kit/Law.ts"
import * as DeploymentLaws from "../../src/project/internal/DeploymentLaws.ts"
import * as InlineLaws from "../../src/project/internal/InlineLaws.ts"
import * as ParkingLaws from "../../src/project/internal/ParkingLaws.ts"
import * as PartitionLaws from "../../src/project/internal/PartitionLaws.ts"
import * as PastRowsLaws from "../../src/project/internal/PastRowsLaws.ts"
import * as ProjectionLaws from "../../src/project/internal/ProjectionLaws.ts"
import * as ProjectorLaws from "../../src/project/internal/ProjectorLaws.ts"
import * as RebuildLaws from "../../src/project/internal/RebuildLaws.ts"
import * as RememberedRowLaws from "../../src/project/internal/RememberedRowLaws.ts"
import * as RowQueryLaws from "../../src/project/internal/RowQueryLaws.ts"
import * as SubscriptionLaws from "../../src/project/internal/SubscriptionLaws.ts"
import * as ProjectionSuite from "../../src/project/ProjectionSuite.ts"
import * as ReadModelSuite from "../../src/project/ReadModelSuite.ts"
import * as Tills from "../decide/faults/Tills.ts"
import { pure, type Table } from "../support/Planted.ts"
import * as Planted from "../support/Planted.ts"
import * as Projections from "./faults/Projections.ts"
import * as Readers from "./faults/Readers.ts"
import * as ReadModels from "./faults/ReadModels.ts"

const store = (layer: Layer.Layer<ReadModelSuite.Stores>) => Planted.services(layer, ReadModelSuite.properties())

const adaptersAgree = (layer: Layer.Layer<ReadModelSuite.Stores>) => {
  const adapters = [MemoryStore.layer, layer].map((layer, index) =>
    [String(index), ManagedRuntime.make(layer).contextEffect] as const
  )
  return pure([ReadModelSuite.acrossAdapters(adapters)])
}

const projection = (projection: typeof Projections.sound) => pure(ProjectionSuite.properties(projection, Sample))

const projectionLaws: Table<typeof ProjectionLaws> = {
  anyBatchesAreRefold: { "a projection that counts its events": projection(Projections.countsItsEvents) },
  foldingIsDeterministic: { "random keys": projection(Projections.choosesRandomKeys) },
  foldingChangesNothing: { "a projection that sorts the event's notes": projection(Projections.sortsItsNotes) },
  olderEventsFoldAsNative: {
    "a split that gives one event": projection(Projections.foldsTheFirstEventOnly)
  },
  everyEventFolds: { "a projection that refuses events": projection(Projections.cannotTakeCoins) },
  statesAreReadBack: { "a schema that omits notes": projection(Projections.omitsItsNotes) },
  keyOrderMeansNothing: {
    "a projection that counts under the first key of an object": pure(
      ProjectionSuite.properties(Projections.addsToTheFirstKey, { events: Sample.events })
    )
  }
}

const projectorLaws: Table<typeof ProjectorLaws> = {
  anyBatchingIsRefold: {
    "removals forgotten": store(ReadModels.forgetsRemovals),
    "ignored parked streams": store(ReadModels.ignoresParkedStreams)
  },
  partsAreWholeOrNothing: {
    "one part of an event": store(ReadModels.writesOnePartOnly),
    "parts of a poisoned event": store(ReadModels.keepsPartsOfPoisonedEvents)
  },
  resumedIsRefold: { "checkpoints saved separately": store(ReadModels.savesCheckpointsSeparately) },
  oneOwnerAtATime: { "batches without a lock": store(ReadModels.hasNoLock) },
  ownWritesAreRead: { "a later checkpoint than reached": store(ReadModels.reportsALaterCheckpoint) },
  adaptersHaveTheSameRows: { "one adapter that forgets removals": adaptersAgree(ReadModels.forgetsRemovals) }
}

const partitionLaws: Table<typeof PartitionLaws> = {
  anyPartitioningIsRefold: {
    "an event that two partitions read": store(Readers.readsAllPartitions),
    "an event that no partition reads": store(Readers.readsAllPartitionsButOne),
    "a change of partitions that skips": store(ReadModels.skipsWhenPartitionsChange),
    "a change of partitions that repeats": store(ReadModels.repeatsWhenPartitionsChange)
  }
}

const rebuildLaws: Table<typeof RebuildLaws> = {
  rebuiltIsRefold: { "new rows live before they are complete": store(ReadModels.promotesEarly) }
}

const parkingLaws: Table<typeof ParkingLaws> = {
  parkedStreamsWait: { "ignored parked streams": store(ReadModels.ignoresParkedStreams) },
  retriedIsRefold: { "streams read in reverse order": store(Readers.readsStreamsBackwards) },
  failedRetryLosesNothing: { "streams unparked after a failed retry": store(ReadModels.unparksAfterAFailedRetry) },
  discardedEventsAreLeftOut: { "discards not recorded": store(ReadModels.recordsNoDiscards) },
  rebuildsHonourDiscards: { "discards forgotten by rebuilds": store(ReadModels.forgetsDiscardsInRebuilds) }
}

const deploymentLaws: Table<typeof DeploymentLaws> = {
  newerCodeGoesOn: { "checkpoints that pass newer events": store(ReadModels.passesNewerEvents) },
  otherDefinitionsAreRefused: { "live rows for every reader": store(ReadModels.readsLiveRowsOnly) },
  replacedRowsAreRead: { "live rows for every reader": store(ReadModels.readsLiveRowsOnly) }
}

const inlineLaws: Table<typeof InlineLaws> = {
  inlineRowAndTailIsReplay: {
    "rows of refused appends": store(ReadModels.writesRowsOfRefusedAppends),
    "rows without the tail of the stream": store(Readers.reportsNoNewerEvents)
  },
  handlersWriteRows: { "rows of handlers not written": store(ReadModels.writesNoInlineRows) },
  newerRowsStay: { "newer rows overwritten": store(ReadModels.overwritesNewerRows) }
}

const tills = (law: Law.Law<ReadonlyArray<LossyTill.Command>, ReadModelSuite.Stores>) =>
  Planted.services(MemoryStore.layer, [Law.over(law, fc.array(LossyTill.commands, { maxLength: 4 }))])

const rememberedRowLaws: Table<typeof RememberedRowLaws> = {
  rowsAreOfStoredEvents: {
    "rows of the decided state": tills(RememberedRowLaws.rowsAreOfStoredEvents(Tills.writesRowsOfTheDecidedState))
  },
  rowsHandledTogetherAreOfStoredEvents: {
    "rows of the decided state": tills(
      RememberedRowLaws.rowsHandledTogetherAreOfStoredEvents(Tills.partsWriteRowsOfTheDecidedState)
    )
  }
}

const pastRowsLaws: Table<typeof PastRowsLaws> = {
  asOfPositionIsWhatWasRead: { "the past read to the head": store(Readers.readsToTheHead) },
  asOfInstantIsRefold: { "instants read as prefixes": store(Readers.treatsInstantsAsPrefixes) },
  rowAsOfIsRefold: { "streams read to their end": store(Readers.readsStreamsToTheEnd) }
}

const subscriptionLaws: Table<typeof SubscriptionLaws> = {
  everyEventOnce: {
    "a repeated event": store(Readers.resumesEarly),
    "a skipped event": store(Readers.resumesLate)
  },
  progressCoversWhatIsDelivered: {
    "progress before its event": store(Readers.reportsProgressEarly)
  },
  resumedSubscriptionContinues: {
    "a repeated event": store(Readers.resumesEarly),
    "a skipped event": store(Readers.resumesLate)
  },
  replayBeginsWithTheEvent: { "a replay from the next event": store(Readers.resumesLate) }
}

const rowQueryLaws: Table<typeof RowQueryLaws> = {
  queriesAreEvaluated: { "the first rows in a descending query": store(ReadModels.ignoresDescending) },
  cursorsWalkAllRows: { "a cursor that skips ties": store(ReadModels.skipsTies) },
  cachedAnswersAreCurrent: { "a revision that does not change": store(ReadModels.hidesChanges) },
  cachedAnswersAreNotShared: {
    "the same rows for every caller": Planted.services(MemoryStore.layer, [
      Law.over(RowQueryLaws.cachedAnswersAreNotShared(ReadModels.cachesSharedRows), ReadModelSuite.anyLogged)
    ])
  }
}

Planted.find("ProjectionLaws", ProjectionLaws, [Projections.sound], projectionLaws)
Planted.find("ProjectorLaws", ProjectorLaws, [[]], projectorLaws)
Planted.find("PartitionLaws", PartitionLaws, [], partitionLaws)
Planted.find("RebuildLaws", RebuildLaws, [], rebuildLaws)
Planted.find("ParkingLaws", ParkingLaws, [], parkingLaws)
Planted.find("DeploymentLaws", DeploymentLaws, [], deploymentLaws)
Planted.find("InlineLaws", InlineLaws, [], inlineLaws)
Planted.find("RememberedRowLaws", RememberedRowLaws, [], rememberedRowLaws)
Planted.find("PastRowsLaws", PastRowsLaws, [], pastRowsLaws)
Planted.find("SubscriptionLaws", SubscriptionLaws, [], subscriptionLaws)
Planted.find("RowQueryLaws", RowQueryLaws, [], rowQueryLaws)
