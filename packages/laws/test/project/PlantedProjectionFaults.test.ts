// The read side's planted faults: for each law of projections and of those who read them, a store that breaks it.
import * as MemoryStore from "@refold/memory/MemoryStore"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Sample from "../../src/kit/internal/Sample.ts"
import * as InlineLaws from "../../src/project/internal/InlineLaws.ts"
import * as ParkingLaws from "../../src/project/internal/ParkingLaws.ts"
import * as PastRowsLaws from "../../src/project/internal/PastRowsLaws.ts"
import * as ProjectionLaws from "../../src/project/internal/ProjectionLaws.ts"
import * as ProjectorLaws from "../../src/project/internal/ProjectorLaws.ts"
import * as RebuildLaws from "../../src/project/internal/RebuildLaws.ts"
import * as RowQueryLaws from "../../src/project/internal/RowQueryLaws.ts"
import * as SubscriptionLaws from "../../src/project/internal/SubscriptionLaws.ts"
import * as ProjectionSuite from "../../src/project/ProjectionSuite.ts"
import * as ReadModelSuite from "../../src/project/ReadModelSuite.ts"
import * as Projections from "../faults/Projections.ts"
import * as Readers from "../faults/Readers.ts"
import * as ReadModels from "../faults/ReadModels.ts"
import { pure, type Table } from "../support/Planted.ts"
import * as Planted from "../support/Planted.ts"

const store = (layer: Layer.Layer<ReadModelSuite.Stores>) => Planted.services(layer, ReadModelSuite.properties())

const adaptersAgree = (layer: Layer.Layer<ReadModelSuite.Stores>) => {
  const adapters = [MemoryStore.layer, layer].map((layer, index) =>
    [String(index), ManagedRuntime.make(layer).contextEffect] as const
  )
  return pure([ReadModelSuite.acrossAdapters(adapters)])
}

const projection = (projection: typeof Projections.sound) =>
  pure(ProjectionSuite.properties(projection, { events: Sample.events }))

const projectionLaws: Table<typeof ProjectionLaws> = {
  anyBatchesAreRefold: { "a projection that remembers the last event": projection(Projections.remembersTheLastEvent) },
  foldingIsDeterministic: { "keys by chance": projection(Projections.choosesKeysByChance) },
  foldingChangesNothing: { "a projection that sorts the event's notes": projection(Projections.sortsItsNotes) },
  everyEventFolds: { "a projection that decides": projection(Projections.cannotTakeCoins) },
  statesAreReadBack: { "a schema that leaves something out": projection(Projections.forgetsItsNotes) }
}

const projectorLaws: Table<typeof ProjectorLaws> = {
  anyBatchingIsRefold: {
    "removals forgotten": store(ReadModels.forgetsRemovals),
    "parked streams not asked for": store(ReadModels.ignoresParkedStreams)
  },
  resumedIsRefold: { "checkpoints saved by themselves": store(ReadModels.savesCheckpointsByThemselves) },
  oneOwnerAtATime: { "a batch that locks nothing": store(ReadModels.hasManyOwners) },
  ownWritesAreRead: { "a checkpoint that promises too much": store(ReadModels.promisesTooMuch) },
  adaptersHaveTheSameRows: { "one adapter that forgets removals": adaptersAgree(ReadModels.forgetsRemovals) }
}

const rebuildLaws: Table<typeof RebuildLaws> = {
  rebuiltIsRefold: { "new rows live before they are complete": store(ReadModels.promotesEarly) }
}

const parkingLaws: Table<typeof ParkingLaws> = {
  parkedStreamsWait: { "parked streams not asked for": store(ReadModels.ignoresParkedStreams) },
  retriedIsRefold: { "streams retried backwards": store(Readers.readsStreamsBackwards) },
  failedRetryLosesNothing: { "streams let go after a retry": store(ReadModels.letsGoAfterARetry) },
  discardedEventsAreLeftOut: { "discards not recorded": store(ReadModels.recordsNoDiscards) },
  rebuildsHonourDiscards: { "discards forgotten by rebuilds": store(ReadModels.forgetsDiscardsInRebuilds) }
}

const inlineLaws: Table<typeof InlineLaws> = {
  inlineRowAndTailIsReplay: {
    "rows written though the append conflicted": store(ReadModels.writesRowsOfRefusedAppends),
    "rows believed without a look at the stream": store(Readers.believesItsRows)
  },
  handlersWriteRows: { "rows of handlers not written": store(ReadModels.writesNoInlineRows) },
  newerRowsStay: { "newer rows overwritten": store(ReadModels.overwritesNewerRows) }
}

const pastRowsLaws: Table<typeof PastRowsLaws> = {
  asOfAPositionIsWhatWasSeen: { "the past read to the head": store(Readers.readsToTheHead) },
  asOfAnInstantIsRefold: { "instants taken for prefixes": store(Readers.takesInstantsForPrefixes) },
  rowAsOfIsRefold: { "streams read to their end": store(Readers.readsStreamsToTheEnd) }
}

const subscriptionLaws: Table<typeof SubscriptionLaws> = {
  everyEventOnce: {
    "an event given again": store(Readers.resumesEarly),
    "an event lost": store(Readers.resumesLate)
  },
  resumedSubscriptionGoesOn: {
    "an event given again": store(Readers.resumesEarly),
    "an event lost": store(Readers.resumesLate)
  },
  replayBeginsWithTheEvent: { "a replay from the next event": store(Readers.resumesLate) }
}

const rowQueryLaws: Table<typeof RowQueryLaws> = {
  queriesAreEvaluated: { "the first rows though the last are asked for": store(ReadModels.ignoresDescending) },
  cursorsWalkAllRows: { "a cursor that loses ties": store(ReadModels.losesTies) },
  cachedAnswersAreTrue: { "a revision that says nothing of changes": store(ReadModels.hidesChanges) }
}

Planted.find("ProjectionLaws", ProjectionLaws, [Projections.sound], projectionLaws)
Planted.find("ProjectorLaws", ProjectorLaws, [[]], projectorLaws)
Planted.find("RebuildLaws", RebuildLaws, [], rebuildLaws)
Planted.find("ParkingLaws", ParkingLaws, [], parkingLaws)
Planted.find("InlineLaws", InlineLaws, [], inlineLaws)
Planted.find("PastRowsLaws", PastRowsLaws, [], pastRowsLaws)
Planted.find("SubscriptionLaws", SubscriptionLaws, [], subscriptionLaws)
Planted.find("RowQueryLaws", RowQueryLaws, [], rowQueryLaws)
