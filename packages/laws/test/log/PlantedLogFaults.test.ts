// Planted faults of event stores.
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import type * as Layer from "effect/Layer"
import * as EventStoreSuite from "../../src/EventStoreSuite.ts"
import type { JournalModule } from "../../src/journal/internal/JournalRun.ts"
import * as BrowserLaws from "../../src/log/internal/BrowserLaws.ts"
import * as ConcurrencyLaws from "../../src/log/internal/ConcurrencyLaws.ts"
import * as EventStoreLaws from "../../src/log/internal/EventStoreLaws.ts"
import * as KeyLaws from "../../src/log/internal/KeyLaws.ts"
import * as NeighbourLaws from "../../src/log/internal/NeighbourLaws.ts"
import * as StreamSubscriptionLaws from "../../src/log/internal/StreamSubscriptionLaws.ts"
import * as LogBrowserSuite from "../../src/log/LogBrowserSuite.ts"
import * as Journals from "../journal/faults/Journals.ts"
import * as Reads from "../journal/faults/Reads.ts"
import type { Table } from "../support/Planted.ts"
import * as Planted from "../support/Planted.ts"
import * as Browsers from "./faults/Browsers.ts"
import * as EventStores from "./faults/EventStores.ts"
import * as Neighbours from "./faults/Neighbours.ts"
import * as StreamSubscribers from "./faults/StreamSubscribers.ts"

const store = (layer: Layer.Layer<EventStore | EventReader | SnapshotStore>) =>
  Planted.services(layer, EventStoreSuite.properties())

const onJournal = (module: JournalModule) => store(EventStores.on(module))

const reading = (fault: Reads.ReadFault) => onJournal(Journals.reading(fault))

const keyLaws: Table<typeof KeyLaws> = {
  lookupsAgree: { "keys that ignore the fingerprint": onJournal(Journals.ignoresFingerprints) },
  keyExpiryAgrees: {
    "permanent keys deleted": onJournal(Journals.forgetsPermanentKeys),
    "keys deleted too early": onJournal(Journals.forgetsYoungKeys),
    "old keys kept": onJournal(Journals.keepsOldKeys),
    "deleted keys not counted": onJournal(Journals.doesNotCountKeys)
  }
}

const eventStoreLaws: Table<typeof EventStoreLaws> = {
  commitsAgree: {
    "the first version in the result": onJournal(Journals.returnsFirstVersions),
    "keys that ignore the fingerprint": onJournal(Journals.ignoresFingerprints),
    "versions checked before keys": onJournal(Journals.checksVersionsBeforeKeys),
    "ignored expected versions": onJournal(Journals.ignoresExpectations),
    "ignored guards": onJournal(Journals.ignoresGuards),
    "ignored last events": onJournal(Journals.ignoresLastEvents),
    "guards in the result": onJournal(Journals.answersGuards),
    "a commit for each stream": store(EventStores.commitsEachStreamByItself)
  },
  keysAreInStoredOrder: { "keys in reverse order": reading(Reads.keysAreReversed) },
  limitCasesAgree: { "type names that are cut": onJournal(Journals.cutsLongTypes) },
  readsAgree: {
    "a limit off by one": reading(Reads.limitOffByOne),
    "an empty list of types read as all types": reading(Reads.noTypesMeansAllTypes),
    "an event skipped between pages": reading(Reads.pagesSkipOne),
    "an exclusive version": reading(Reads.versionIsExclusive),
    "an exclusive position": reading(Reads.positionIsExclusive),
    "inverted ranges with swapped ends": reading(Reads.invertedRangesAreSwapped),
    "instants read as prefixes": reading(Reads.instantsArePrefixes)
  },
  columnsAgree: { "the time of another column": store(EventStores.mixesUpTimes) },
  headIsLast: { "the next position as head": store(EventStores.headIsTheNextPosition) },
  commitsAreAllOrNothing: { "a commit for each stream": store(EventStores.commitsEachStreamByItself) },
  retriesChangeNothing: { "retries reported as new": onJournal(Journals.reportsRetriesAsNew) },
  storedDataIsNotShared: { "the same objects for every read": reading(Reads.objectsAreShared) },
  eventIdsAreUnique: { "events stored twice": onJournal(Journals.storesEventsTwice()) },
  versionsHaveNoGaps: { "versions from 0": reading(Reads.versionsStartAtZero) },
  versionOrderIsPositionOrder: { "versions that decrease": reading(Reads.versionsDecrease) },
  timesNeverDecrease: { "the time of the clock": store(EventStores.recordsTheClock) },
  commitsHaveOneTime: { "a time for each write": reading(Reads.writesHaveTimes) },
  asOfPositionIsPrefix: {
    "an exclusive version": reading(Reads.versionIsExclusive),
    "an exclusive position": reading(Reads.positionIsExclusive)
  },
  asOfInstantIsFilter: { "instants read as prefixes": reading(Reads.instantsArePrefixes) },
  commitsAreNamed: {
    "each event a commit": reading(Reads.commitsAreEvents),
    "each write a commit": reading(Reads.commitsAreWrites)
  },
  idsAreFilters: {
    "correlation ids read as causation ids": reading(Reads.idsAreMixedUp),
    "the first event of an id only": reading(Reads.idsAreUnique)
  },
  emptyRangesAreEmpty: { "inverted ranges with swapped ends": reading(Reads.invertedRangesAreSwapped) },
  pagingIsReadingAtOnce: { "an event skipped between pages": reading(Reads.pagesSkipOne) }
}

const concurrencyLaws: Table<typeof ConcurrencyLaws> = {
  oneConcurrentAppendWins: { "lost writes": store(EventStores.losesWrites) },
  appendsWithoutExpectationSucceed: { "lost writes": store(EventStores.losesWrites) },
  crossedGuardsConflict: {
    "ignored guards": onJournal(Journals.ignoresGuards),
    "guards checked before the commit": store(EventStores.checksGuardsBeforeItCommits)
  },
  concurrentRetriesAreStoredOnce: {
    "keys looked up before the transaction": store(EventStores.looksKeysUpBeforeItsTransaction)
  },
  oppositeOrdersAgree: { "a commit for each stream": store(EventStores.commitsEachStreamByItself) },
  tailMissesNothing: { "reads that skip open transactions": store(EventStores.readsPastOpenTransactions) }
}

const neighbourLaws: Table<typeof NeighbourLaws> = {
  answersAreTheCallersOwn: { "answers that are mixed up": store(Neighbours.mixesAnswersUp) },
  oneEventIdIsStoredOnce: {
    "an id that occurs twice in a batch answered twice": store(Neighbours.answersRepeatedIdsTwice),
    "a batch stored in part": store(Neighbours.storesWhatIsNotRefused)
  },
  interruptionsStayAlone: {
    "a batch that ends with the caller that sent it": store(Neighbours.endsWithItsSender),
    "an interrupted append that is sent again": store(Neighbours.repeatsInterruptedAppends)
  }
}

const browser = (fault: Browsers.Fault) => Planted.services(Browsers.browsing(fault), LogBrowserSuite.properties())

const browserLaws: Table<typeof BrowserLaws> = {
  listingsAgree: {
    "names before the given one": browser(Browsers.ignoresAfter),
    "a limit off by one": browser(Browsers.listsOneMore)
  },
  listsNameEachStreamOnce: {
    "streams in the order of UTF-16": browser(Browsers.sortsByUnits),
    "the first event of each stream": browser(Browsers.listsFirstEvents),
    "categories that begin with the category": browser(Browsers.listsByPrefix)
  },
  listingInPagesIsListingAtOnce: { "a stream skipped between pages": browser(Browsers.skipsBetweenPages) },
  backwardsReadsAgree: {
    "an inclusive end": browser(Browsers.beforeIsInclusive),
    "a limit from the start": browser(Browsers.limitsFromTheStart)
  },
  backwardsIsTheReverse: { "reads forwards": browser(Browsers.readsForwards) },
  pagesBackwardsAreOneRead: { "an inclusive end": browser(Browsers.beforeIsInclusive) },
  lastEventsAreLast: { "the first event as the last": browser(Browsers.readsForwards) },
  foundKeysAgree: {
    "a fingerprint of the content as one that was given": browser(Browsers.hashesContent),
    "keys that never expire as ones that do": browser(Browsers.letsKeysExpire),
    "the last write of a commit only": browser(Browsers.findsLastWrites),
    "a key of a process as a new one": browser(Browsers.looksForKeysOfProcesses)
  }
}

const streamSubscriptionLaws: Table<typeof StreamSubscriptionLaws> = {
  everyEventOfTheStreamOnce: {
    "events of other streams": store(StreamSubscribers.followsTheLog),
    "a subscription that ends with the stored events": store(StreamSubscribers.endsWithTheStoredEvents)
  },
  resumedAfterAVersion: { "the last event again": store(StreamSubscribers.deliversTheLastAgain) }
}

Planted.find("StreamSubscriptionLaws", StreamSubscriptionLaws, [], streamSubscriptionLaws)
Planted.find("EventStoreLaws", EventStoreLaws, [], eventStoreLaws)
Planted.find("BrowserLaws", BrowserLaws, [], browserLaws)
Planted.find("KeyLaws", KeyLaws, [], keyLaws)
Planted.find("ConcurrencyLaws", ConcurrencyLaws, [], concurrencyLaws)
Planted.find("NeighbourLaws", NeighbourLaws, [], neighbourLaws)
