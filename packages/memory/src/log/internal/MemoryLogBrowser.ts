/** Browses the event store in memory. */
import * as JournalBrowser from "@refold/core/journal/JournalBrowser"
import { fromAdapter, type LogBrowser } from "@refold/store/log/LogBrowser"
import * as Stream from "effect/Stream"
import { ask, type Ref } from "./MemoryEventStore.ts"

/** The service on a log. */
export const make = (ref: Ref): LogBrowser["Service"] =>
  fromAdapter({
    listStreams: (options) =>
      Stream.fromArrayEffect(ask(ref, (journal) => JournalBrowser.listStreams(journal, options))),
    readStreamBackwards: (stream, options) =>
      Stream.fromArrayEffect(ask(ref, (journal) => JournalBrowser.readStreamBackwards(journal, stream, options))),
    readAllBackwards: (options) =>
      Stream.fromArrayEffect(ask(ref, (journal) => JournalBrowser.readAllBackwards(journal, options))),
    findKey: (key) => ask(ref, (journal) => JournalBrowser.findKey(journal, key))
  })
