/** The laws of log browsers: lists of streams, reads from the last event on, and look-ups of keys. */
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as JournalBrowser from "@refold/core/journal/JournalBrowser"
import type { ListedStream, ListOptions } from "@refold/core/journal/StreamList"
import { LogBrowser } from "@refold/store/log/LogBrowser"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as History from "../../journal/internal/History.ts"
import { streamsOf } from "../../journal/internal/LogLaws.ts"
import type * as Programs from "../../journal/internal/Programs.ts"
import * as SymbolicListings from "../../journal/internal/SymbolicListings.ts"
import * as SymbolicReads from "../../journal/internal/SymbolicReads.ts"
import * as Law from "../../kit/Law.ts"
import * as KeyExpiry from "./KeyExpiry.ts"
import * as KeyLookUps from "./KeyLookUps.ts"
import { pages } from "./ListInPages.ts"
import * as RunPrograms from "./RunPrograms.ts"

const list = (options: ListOptions) => LogBrowser.use((browser) => Stream.runCollect(browser.listStreams(options)))

const backwards = (request: SymbolicReads.Request) =>
  LogBrowser.use((browser) =>
    Stream.runCollect(
      request._tag === "All"
        ? browser.readAllBackwards(request.options)
        : browser.readStreamBackwards(request.stream, request.options)
    )
  )

const rankedIn = (history: History.History) => (listed: ReadonlyArray<ListedStream>) => History.ranked(history, listed)

/** Every option of a list, alone and combined. */
export const listingsAgree = Law.make(
  "listing streams gives the same as in the Journal",
  ([program, listings]: readonly [Programs.Program, ReadonlyArray<SymbolicListings.SymbolicListing>]) =>
    Effect.gen(function*() {
      const { history } = yield* RunPrograms.onStore(program)
      const journal = History.toJournal(history)
      const asked = listings.map((listing) => SymbolicListings.resolve(history, listing))
      return {
        left: yield* Effect.forEach(asked, (options) => Effect.result(Effect.map(list(options), rankedIn(history)))),
        right: asked.map((options) => JournalBrowser.listStreams(journal, options))
      }
    })
)

// Stores may have streams of other runs, in other categories.
const categoriesOf = (
  { events }: History.History
): ReadonlyArray<string> => [...new Set(events.map(({ stream }) => StreamName.category(stream)))]

const lastOf = (events: ReadonlyArray<RecordedEvent>): ListedStream => {
  const { position, recordedAt, stream, version } = events.at(-1)!
  return { stream, version, position, recordedAt }
}

const listsOf = (history: History.History): ReadonlyArray<ReadonlyArray<ListedStream>> =>
  categoriesOf(history).map((category) =>
    streamsOf(history)
      .filter(([stream]) => StreamName.category(stream) === category)
      .map(([, events]) => lastOf(events))
      .toSorted((one, other) => StreamName.order(one.stream, other.stream))
  )

/** The list of each category. */
export const listsNameEachStreamOnce = Law.make(
  "a list names each stream once, in the order of names, with its last event",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const { history } = yield* RunPrograms.onStore(program)
      return {
        left: yield* Effect.forEach(categoriesOf(history), (category) => list({ category })),
        right: listsOf(history)
      }
    })
)

/** Pages of one and two streams, each after the last name of the page before. */
export const listingInPagesIsListingAtOnce = Law.make(
  "listing in pages gives the same streams as one list",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const { history } = yield* RunPrograms.onStore(program)
      const inPages = (limit: number) =>
        Effect.forEach(categoriesOf(history), (category) => pages((after) => list({ category, after, limit })))
      return { left: yield* Effect.forEach([1, 2], inPages), right: [listsOf(history), listsOf(history)] }
    })
)

/** Reads with every option, of the log and of streams. */
export const backwardsReadsAgree = Law.make(
  "reads backwards give the same events as the Journal",
  ([program, reads]: readonly [Programs.Program, ReadonlyArray<SymbolicReads.SymbolicRead>]) =>
    Effect.gen(function*() {
      const { history } = yield* RunPrograms.onStore(program)
      const journal = History.toJournal(history)
      const onStore = reads.map((read) => SymbolicReads.resolve(history, read))
      const onJournal = reads.map((read) => SymbolicReads.resolve(History.ofJournal(journal), read))
      return {
        left: yield* Effect.forEach(onStore, (request) =>
          Effect.result(Effect.map(backwards(request), (events) => History.ranked(history, events)))),
        right: onJournal.map((request) =>
          request._tag === "All"
            ? JournalBrowser.readAllBackwards(journal, request.options)
            : JournalBrowser.readStreamBackwards(journal, request.stream, request.options)
        )
      }
    })
)

const readsOf = ({ events, start }: History.History): ReadonlyArray<SymbolicReads.Request> => [
  { _tag: "All", options: { after: start } },
  ...[...new Set(events.map(({ stream }) => stream))].map((
    stream
  ) => ({ _tag: "Stream", stream, options: {} } as const))
]

const forwards = (request: SymbolicReads.Request) =>
  request._tag === "All"
    ? RunPrograms.readAll(request.options)
    : RunPrograms.readStream(request.stream, request.options)

/** Of the log and of each stream. */
export const backwardsIsTheReverse = Law.make(
  "a read backwards gives the events of a read forwards in the reverse order",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const requests = readsOf((yield* RunPrograms.onStore(program)).history)
      return {
        left: yield* Effect.forEach(requests, backwards),
        right: (yield* Effect.forEach(requests, forwards)).map((events) => events.toReversed())
      }
    })
)

/** Pages of two events, each before the last event of the page before. */
export const pagesBackwardsAreOneRead = Law.make(
  "reading backwards in pages gives the same events as one read",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const { history } = yield* RunPrograms.onStore(program)
      const browser = yield* LogBrowser
      const read = (before: Position | undefined) =>
        Stream.runCollect(
          browser.readAllBackwards({ after: history.start, limit: 2, ...before === undefined ? {} : { before } })
        )
      const found: Array<RecordedEvent> = []
      for (;;) {
        const page = yield* read(found.at(-1)?.position)
        // More than there are: a broken store could give such pages without end.
        if (page.length === 0 || found.length > history.events.length) break
        found.push(...page)
      }
      return { left: found, right: history.events.toReversed() }
    })
)

/** Of each stream, and of each type that the last event of the log has. */
export const lastEventsAreLast = Law.make(
  "the last event of a stream or of a type is the last one that a read gives",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const { history } = yield* RunPrograms.onStore(program)
      const browser = yield* LogBrowser
      const types = [...new Set(history.events.map(({ type }) => type))]
      const streams = streamsOf(history)
      return {
        left: [
          yield* Effect.forEach(streams, ([stream]) => browser.lastOfStream(stream)),
          yield* Effect.forEach(types, browser.lastOfType)
        ],
        right: [
          streams.map(([, events]) => Option.some(events.at(-1)!)),
          types.map((type) => Option.some(history.events.findLast((event) => event.type === type)!))
        ]
      }
    })
)

/** Every key of a program, and keys that no client can use. */
export const foundKeysAgree = Law.make(
  "finding an idempotency key gives the same as in the Journal",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const run = yield* KeyExpiry.onStore({ program, expiries: [] })
      // With the times that the store recorded.
      const model = KeyExpiry.onJournal(run.steps)
      return { left: yield* KeyLookUps.find(run), right: KeyLookUps.findIn(model, run.fresh) }
    })
)
