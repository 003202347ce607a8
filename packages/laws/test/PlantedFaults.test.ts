import * as AsOf from "@refold/core/journal/AsOf"
import * as Snapshots from "@refold/store/decide/Snapshots"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as AgreementSuite from "../src/decide/AgreementSuite.ts"
import * as DeciderSuite from "../src/decide/DeciderSuite.ts"
import * as AgreementLaws from "../src/decide/internal/AgreementLaws.ts"
import * as CommandHandlerLaws from "../src/decide/internal/CommandHandlerLaws.ts"
import * as DeciderLaws from "../src/decide/internal/DeciderLaws.ts"
import * as SnapshotStoreLaws from "../src/decide/internal/SnapshotStoreLaws.ts"
import * as TogetherLaws from "../src/decide/internal/TogetherLaws.ts"
import * as ViewLaws from "../src/decide/internal/ViewLaws.ts"
import * as ViewSuite from "../src/decide/ViewSuite.ts"
import * as EventCodecSuite from "../src/event/EventCodecSuite.ts"
import * as EventCodecLaws from "../src/event/internal/EventCodecLaws.ts"
import * as EventStoreSuite from "../src/EventStoreSuite.ts"
import * as JournalLaws from "../src/journal/internal/JournalLaws.ts"
import * as StorableLaws from "../src/journal/internal/StorableLaws.ts"
import * as JournalSuite from "../src/journal/JournalSuite.ts"
import * as Sample from "../src/kit/internal/Sample.ts"
import * as ConcurrencyLaws from "../src/log/internal/ConcurrencyLaws.ts"
import * as EventStoreLaws from "../src/log/internal/EventStoreLaws.ts"
import * as CombinatorLaws from "./decide/CombinatorLaws.ts"
import * as Deciders from "./faults/Deciders.ts"
import * as Handlers from "./faults/Handlers.ts"
import * as Journals from "./faults/Journals.ts"
import * as Reads from "./faults/Reads.ts"
import * as Stores from "./faults/Stores.ts"
import * as Combinators from "./support/Combinators.ts"
import { pure, type Table } from "./support/Planted.ts"
import * as Planted from "./support/Planted.ts"

type AnyStores = EventStore | EventReader | SnapshotStore

const store = (layer: Layer.Layer<AnyStores>, properties = EventStoreSuite.properties()) =>
  Planted.services(layer, properties)

const journal = (module: Parameters<typeof JournalSuite.properties>[0]) => pure(JournalSuite.properties(module))

const readingStore = (fault: Reads.ReadFault) => store(Stores.on(Journals.reading(fault)))

const readingJournal = (fault: Reads.ReadFault) => journal(Journals.reading(fault))

const viewLaws: Table<typeof ViewLaws> = {
  foldingGoesOn: { "a view that counts its calls": pure(ViewSuite.properties(Deciders.countsItsCalls, Sample.events)) },
  evolvingChangesNothing: {
    "a view that changes its state": pure(ViewSuite.properties(Deciders.changesItsState, Sample.events))
  }
}

const decider = (decider: typeof Sample.decider, codec = Sample.codec) =>
  pure(DeciderSuite.properties(decider, { commands: Sample.commands, codec }))

const deciderLaws: Table<typeof DeciderLaws> = {
  decidingIsDeterministic: { "refusals by chance": decider(Deciders.refusesByChance) },
  decidedEventsFold: { "a codec that loses something": decider(Sample.decider, Deciders.losesNotes) },
  terminalDecidesNothing: { "a decider that goes on after the end": decider(Deciders.goesOnAfterTheEnd) }
}

const combinators = (combinators: CombinatorLaws.Combinators) =>
  pure(Combinators.properties(Sample.decider, Sample, combinators))

const combinatorLaws: Table<typeof CombinatorLaws> = {
  neutralIsLeftUnit: { "a compose that drops events of the right": combinators(Deciders.dropsEventsOfTheRight) },
  neutralIsRightUnit: { "a compose that ends with the right": combinators(Deciders.endsWithTheRight) },
  composedDoNotInterfere: { "a compose that starts the left anew": combinators(Deciders.startsTheLeftAnew) },
  instancesDoNotInterfere: { "a many that changes two instances": combinators(Deciders.changesTwoInstances) },
  adaptToItselfChangesNothing: { "an adapt that keeps one event": combinators(Deciders.adaptsOneEventOnly) }
}

const codec = (codec: typeof Sample.codec) =>
  pure(EventCodecSuite.properties(codec, { ...Sample, view: Sample.decider }))

const eventCodecLaws: Table<typeof EventCodecLaws> = {
  decodeUndoesEncode: { "a codec that loses something": codec(Deciders.losesNotes) },
  formerNamesDecode: { "a former name that nobody declared": codec(Deciders.promisesAFormerName) },
  olderVersionsDecode: { "an upcaster that loses something": codec(Deciders.upcastsNotesToNothing) },
  upcastHistoryFoldsAsNative: { "an upcaster that loses something": codec(Deciders.upcastsNotesToNothing) }
}

const journalLaws: Table<typeof JournalLaws> = {
  refusedAppendsChangeNothing: { "conflicting events stored all the same": journal(Journals.storesWhatItRefuses) },
  appendsAreAllOrNothing: { "the first of several writes stored only": journal(Journals.storesTheFirstWriteOnly) },
  journalsAreValues: { "a journal that grows in place": journal(Journals.growsInPlace) },
  checksComeInOrder: { "versions checked before keys": journal(Journals.checksVersionsBeforeKeys) },
  retriesChangeNothing: { "retries that are not told apart": journal(Journals.hidesRetries) },
  expectationsAreKept: { "expected versions ignored": journal(Journals.ignoresExpectations) },
  eventIdsAreUnique: { "events taken twice": journal(Journals.takesEventsTwice()) },
  versionsHaveNoGaps: { "versions from 0": readingJournal(Reads.versionsStartAtZero) },
  versionOrderIsPositionOrder: { "versions that fall": readingJournal(Reads.versionsFall) },
  timesNeverDecrease: { "times of the domain's clock": readingJournal(Reads.timesOfTheEvents) },
  asOfAPlaceIsAPrefix: { "versions up to but not as of": readingJournal(Reads.versionIsExclusive) },
  asOfAnInstantIsAFilter: { "instants taken for prefixes": readingJournal(Reads.instantsArePrefixes) },
  emptyRangesAreEmpty: { "ranges turned the right way round": readingJournal(Reads.invertedRangesAreTurned) },
  pagingIsReadingAtOnce: { "an event lost between pages": readingJournal(Reads.pagesSkipOne) }
}

const storableLaws: Table<typeof StorableLaws> = {
  storableDataIsReadBack: { "keys called __proto__ lost": journal(Journals.losesProtoKeys) },
  otherDataIsRefusedByPath: { "refusals that name all of the data": journal(Journals.blamesAllData) }
}

const eventStoreLaws: Table<typeof EventStoreLaws> = {
  commitsAgree: {
    "a version off by one in the result": store(Stores.on(Journals.takesOffsetsForVersions)),
    "keys that ignore the fingerprint": store(Stores.on(Journals.ignoresFingerprints)),
    "versions checked before keys": store(Stores.on(Journals.checksVersionsBeforeKeys)),
    "expected versions ignored": store(Stores.on(Journals.ignoresExpectations)),
    "commits stored stream by stream": store(Stores.commitsEachStreamByItself)
  },
  edgesAgree: { "type names cut to what fits": store(Stores.on(Journals.cutsLongTypes)) },
  lookupsAgree: { "keys that ignore the fingerprint": store(Stores.on(Journals.ignoresFingerprints)) },
  forgettingAgrees: {
    "permanent keys forgotten": store(Stores.on(Journals.forgetsPermanentKeys)),
    "keys forgotten too young": store(Stores.on(Journals.forgetsYoungKeys)),
    "old keys kept": store(Stores.on(Journals.keepsOldKeys)),
    "forgotten keys not counted": store(Stores.on(Journals.miscountsKeys))
  },
  readsAgree: {
    "a limit off by one": readingStore(Reads.limitOffByOne),
    "no types taken for all types": readingStore(Reads.noTypesIsAllTypes),
    "an event lost between pages": readingStore(Reads.pagesSkipOne),
    "versions up to but not as of": readingStore(Reads.versionIsExclusive),
    "positions up to but not as of": readingStore(Reads.positionIsExclusive),
    "ranges turned the right way round": readingStore(Reads.invertedRangesAreTurned),
    "instants taken for prefixes": readingStore(Reads.instantsArePrefixes)
  },
  headIsLast: { "the next position for the head": store(Stores.headIsTheNextPosition) },
  commitsAreAllOrNothing: { "commits stored stream by stream": store(Stores.commitsEachStreamByItself) },
  retriesChangeNothing: { "retries that are not told apart": store(Stores.on(Journals.hidesRetries)) },
  nothingHandedOutIsHeld: { "the same objects for every reader": readingStore(Reads.sameObjectsEveryTime) },
  eventIdsAreUnique: { "events taken twice": store(Stores.on(Journals.takesEventsTwice())) },
  versionsHaveNoGaps: { "versions from 0": readingStore(Reads.versionsStartAtZero) },
  versionOrderIsPositionOrder: { "versions that fall": readingStore(Reads.versionsFall) },
  timesNeverDecrease: { "times as the clock has them": store(Stores.trustsItsClock) },
  asOfAPlaceIsAPrefix: {
    "versions up to but not as of": readingStore(Reads.versionIsExclusive),
    "positions up to but not as of": readingStore(Reads.positionIsExclusive)
  },
  asOfAnInstantIsAFilter: { "instants taken for prefixes": readingStore(Reads.instantsArePrefixes) },
  emptyRangesAreEmpty: { "ranges turned the right way round": readingStore(Reads.invertedRangesAreTurned) },
  pagingIsReadingAtOnce: { "an event lost between pages": readingStore(Reads.pagesSkipOne) }
}

const concurrencyLaws: Table<typeof ConcurrencyLaws> = {
  oneOfManyWins: { "writes lost to one another": store(Stores.losesWrites) },
  allWhoExpectNothingSucceed: { "writes lost to one another": store(Stores.losesWrites) },
  copiesAreStoredOnce: { "keys looked up outside of the transaction": store(Stores.looksKeysUpBeforeItsTransaction) },
  oppositeOrdersAgree: { "commits stored stream by stream": store(Stores.commitsEachStreamByItself) },
  tailMissesNothing: { "a reader who trusts the sequence": store(Stores.readsPastOpenTransactions) }
}

const snapshotStoreLaws: Table<typeof SnapshotStoreLaws> = {
  savedIsFound: { "null taken for no snapshot": store(Stores.takesNullForNoSnapshot) },
  anotherFingerprintFindsNone: { "fingerprints ignored": store(Stores.ignoresFingerprints) },
  anotherFingerprintIsReplaced: { "a snapshot for each fingerprint": store(Stores.keepsOneSnapshotPerFingerprint) },
  lowerVersionDoesNotReplace: { "every snapshot replaces": store(Stores.replacesByOlderSnapshots) },
  higherVersionReplaces: { "no snapshot replaces": store(Stores.keepsTheFirstSnapshot) },
  snapshotsAreKeptApart: { "views ignored": store(Stores.ignoresViews) },
  nothingHandedOutIsHeld: { "its own objects for every reader": store(Stores.handsOutItsOwnSnapshots) }
}

// Whatever the past, it takes the latest snapshot for the state then.
const loadFromAnySnapshot: AgreementLaws.Load = Effect.fnUntraced(function*(aggregate, id, options = {}) {
  const start = yield* State.load(aggregate, id, { asOf: AsOf.version(0) })
  const snapshot = yield* Snapshots.find(aggregate.snapshots, start.stream)
  return Option.isSome(snapshot) ? snapshot.value : yield* State.load(aggregate, id, options)
})

const adaptersAgree = (layer: Layer.Layer<AnyStores>) => {
  const adapters = [Stores.sound, layer].map((layer, index) =>
    [String(index), ManagedRuntime.make(layer).contextEffect] as const
  )
  return pure([AgreementSuite.acrossAdapters(AgreementSuite.sample, adapters)])
}

const agreementLaws: Table<typeof AgreementLaws> = {
  snapshotAndTailIsReplay: { "a tail that repeats an event": store(Stores.countsSnapshotsFromZero) },
  asOfVersion: { "versions up to but not as of": readingStore(Reads.versionIsExclusive) },
  asOfPosition: { "positions up to but not as of": readingStore(Reads.positionIsExclusive) },
  asOfRecordedAt: { "instants up to but not as of": readingStore(Reads.recordedAtIsExclusive) },
  asOfOccurredAt: {
    "instants taken for prefixes": readingStore(Reads.instantsArePrefixes),
    "a snapshot that knows too much": store(
      Stores.sound,
      AgreementSuite.properties({ ...AgreementSuite.sample, load: loadFromAnySnapshot })
    )
  },
  adaptersAgree: {
    "one adapter that reads another past": adaptersAgree(Stores.on(Journals.reading(Reads.versionIsExclusive)))
  }
}

const handlers = (make: Parameters<typeof EventStoreSuite.handlerProperties>[0]) =>
  store(Stores.sound, EventStoreSuite.handlerProperties(make))

const commandHandlerLaws: Table<typeof CommandHandlerLaws> = {
  handlingIsDeciding: { "streams read backwards": readingStore(Reads.backwards) },
  repeatedCommandGetsFirstAnswer: { "keys forgotten": store(Stores.on(Journals.forgetsKeys)) },
  concurrentCommandsTakeTurns: { "expected versions ignored": store(Stores.on(Journals.ignoresExpectations)) },
  cachedHandlersAgree: {
    "a cache whose refusals are believed": handlers(Handlers.believesRefusals),
    "a cache whose versions are believed": handlers(Handlers.believesVersions),
    "a cache for all stores": handlers(Handlers.mixesStoresUp),
    "expected versions ignored": store(Stores.on(Journals.ignoresExpectations))
  },
  concurrentCommandsAreSerial: { "expected versions ignored": store(Stores.on(Journals.ignoresExpectations)) },
  concurrentCopiesGetOneAnswer: {
    "keys forgotten": store(Stores.on(Journals.forgetsKeys)),
    "keys looked up outside of the transaction": store(Stores.looksKeysUpBeforeItsTransaction)
  }
}

Planted.find("ViewLaws", ViewLaws, [Sample.decider], viewLaws)
Planted.find("DeciderLaws", DeciderLaws, [Sample.decider, Sample.codec], deciderLaws)
Planted.find("CombinatorLaws", CombinatorLaws, [Sample.decider], combinatorLaws)
Planted.find("EventCodecLaws", EventCodecLaws, [Sample.codec, Sample.decider], eventCodecLaws)
Planted.find("JournalLaws", JournalLaws, [], journalLaws)
Planted.find("StorableLaws", StorableLaws, [], storableLaws)
Planted.find("EventStoreLaws", EventStoreLaws, [], eventStoreLaws)
Planted.find("ConcurrencyLaws", ConcurrencyLaws, [], concurrencyLaws)
Planted.find("SnapshotStoreLaws", SnapshotStoreLaws, [], snapshotStoreLaws)
Planted.find("AgreementLaws", AgreementLaws, [Sample.aggregate, []], agreementLaws)
const togetherLaws: Table<typeof TogetherLaws> = {
  togetherIsAllOrNothing: {
    "each stream committed by itself": store(Stores.commitsEachStreamByItself),
    "lost writes": store(Stores.losesWrites),
    "keys looked up before the transaction": store(Stores.looksKeysUpBeforeItsTransaction)
  }
}

Planted.find("TogetherLaws", TogetherLaws, [], togetherLaws)
Planted.find("CommandHandlerLaws", CommandHandlerLaws, [Sample.aggregate], commandHandlerLaws)
