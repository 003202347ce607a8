// Planted faults of event codecs.
import * as EventCodecSuite from "../../src/event/EventCodecSuite.ts"
import * as EventCodecLaws from "../../src/event/internal/EventCodecLaws.ts"
import * as Sample from "../../src/kit/internal/Sample.ts"
import { pure, type Table } from "../support/Planted.ts"
import * as Planted from "../support/Planted.ts"
import * as Codecs from "./faults/Codecs.ts"

const codec = (codec: typeof Sample.codec) =>
  pure(EventCodecSuite.properties(codec, { ...Sample, view: Sample.decider }))

const eventCodecLaws: Table<typeof EventCodecLaws> = {
  decodeUndoesEncode: { "a codec that loses notes": codec(Codecs.losesNotes) },
  formerNamesDecode: { "a former name that is not declared": codec(Codecs.declaresAWrongFormerName) },
  olderVersionsDecode: {
    "an upcaster that loses notes": codec(Codecs.upcastsWithoutNotes),
    "a split that gives one event": codec(Codecs.readsTheFirstEventOnly)
  },
  olderEventsAreValid: {
    "an upcaster that multiplies euros by 100": codec(Codecs.multipliesByAHundred)
  },
  retiredEventsAreNone: { "a retired type that is still read": codec(Codecs.keepsARetiredType) },
  upcastHistoryFoldsAsNative: {
    "an upcaster that loses notes": codec(Codecs.upcastsWithoutNotes),
    "a split that gives one event": codec(Codecs.readsTheFirstEventOnly)
  }
}

Planted.find("EventCodecLaws", EventCodecLaws, [Sample.codec, Sample.decider], eventCodecLaws)
