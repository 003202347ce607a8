// Planted faults of the Journal.
import * as GuardLaws from "../../src/journal/internal/GuardLaws.ts"
import * as JournalLaws from "../../src/journal/internal/JournalLaws.ts"
import * as StorableLaws from "../../src/journal/internal/StorableLaws.ts"
import * as JournalSuite from "../../src/journal/JournalSuite.ts"
import { pure, type Table } from "../support/Planted.ts"
import * as Planted from "../support/Planted.ts"
import * as Journals from "./faults/Journals.ts"
import * as Reads from "./faults/Reads.ts"

const journal = (module: Parameters<typeof JournalSuite.properties>[0]) => pure(JournalSuite.properties(module))

const reading = (fault: Reads.ReadFault) => journal(Journals.reading(fault))

const journalLaws: Table<typeof JournalLaws> = {
  refusedAppendsChangeNothing: { "conflicting events that are stored": journal(Journals.storesWhatItRefuses) },
  appendsAreAllOrNothing: { "only the first of several writes stored": journal(Journals.storesTheFirstWriteOnly) },
  journalsAreValues: { "a journal that grows in place": journal(Journals.growsInPlace) },
  checksComeInOrder: { "versions checked before keys": journal(Journals.checksVersionsBeforeKeys) },
  retriesChangeNothing: { "retries reported as new": journal(Journals.reportsRetriesAsNew) },
  expectedVersionsAreChecked: {
    "ignored expected versions": journal(Journals.ignoresExpectations),
    "ignored guards": journal(Journals.ignoresGuards),
    "ignored last events": journal(Journals.ignoresLastEvents)
  },
  eventIdsAreUnique: { "events stored twice": journal(Journals.storesEventsTwice()) },
  versionsHaveNoGaps: { "versions from 0": reading(Reads.versionsStartAtZero) },
  versionOrderIsPositionOrder: { "versions that decrease": reading(Reads.versionsDecrease) },
  timesNeverDecrease: { "occurredAt as recordedAt": reading(Reads.recordedAtIsOccurredAt) },
  commitsHaveOneTime: { "a time for each write": reading(Reads.writesHaveTimes) },
  asOfPositionIsPrefix: { "an exclusive version": reading(Reads.versionIsExclusive) },
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

const guardLaws: Table<typeof GuardLaws> = {
  guardsStoreNothing: {
    "guards in the fingerprint": journal(Journals.fingerprintsGuards),
    "guards in the result": journal(Journals.answersGuards)
  }
}

const storableLaws: Table<typeof StorableLaws> = {
  storableDataIsReadBack: { "lost keys named __proto__": journal(Journals.losesProtoKeys) },
  keysAreInStoredOrder: { "keys in reverse order": reading(Reads.keysAreReversed) },
  otherDataIsRefusedByPath: { "errors without the path in the data": journal(Journals.namesOnlyTheField) },
  largerDataIsRefused: {
    "ignored limits": journal(Journals.ignoresLimits),
    "the text that was sent counted": journal(Journals.countsTheSentText)
  }
}

Planted.find("JournalLaws", JournalLaws, [], journalLaws)
Planted.find("GuardLaws", GuardLaws, [], guardLaws)
Planted.find("StorableLaws", StorableLaws, [], storableLaws)
