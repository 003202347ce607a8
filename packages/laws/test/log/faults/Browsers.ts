/** Log browsers with one fault each. */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import type { StoredKey } from "@refold/core/journal/StoredKey"
import type { ListedStream } from "@refold/core/journal/StreamList"
import * as MemoryStore from "@refold/memory/MemoryStore"
import { EventReader } from "@refold/store/log/EventReader"
import { type BrowserAdapter, fromAdapter, LogBrowser } from "@refold/store/log/LogBrowser"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** The functions that a fault replaces. */
export type Fault = (sound: BrowserAdapter, reader: EventReader["Service"]) => Partial<BrowserAdapter>

/** The memory adapter, with a fault. */
export const browsing = (fault: Fault) =>
  Layer.effect(
    LogBrowser,
    Effect.gen(function*() {
      const { lastOfStream: _s, lastOfType: _t, ...sound } = yield* LogBrowser
      return fromAdapter({ ...sound, ...fault(sound, yield* EventReader) })
    })
  ).pipe(Layer.provideMerge(MemoryStore.layer))

const listing = (change: BrowserAdapter["listStreams"]): Partial<BrowserAdapter> => ({ listStreams: change })

const changingAll = (
  listed: Stream.Stream<ListedStream, Stream.Error<ReturnType<BrowserAdapter["listStreams"]>>>,
  change: (all: ReadonlyArray<ListedStream>) => ReadonlyArray<ListedStream>
) => Stream.fromArrayEffect(Effect.map(Stream.runCollect(listed), change))

export const ignoresAfter: Fault = ({ listStreams }) =>
  listing(({ after, ...options } = {}) =>
    // A malformed name is still refused.
    after?.includes("-") === true && !after.includes("\u0000")
      ? listStreams(options)
      : listStreams({ after, ...options })
  )

export const listsOneMore: Fault = ({ listStreams }) =>
  listing((options = {}) => listStreams({ ...options, limit: options.limit === 1 ? 2 : options.limit }))

export const sortsByUnits: Fault = ({ listStreams }) =>
  listing((options) =>
    changingAll(listStreams(options), (all) => all.toSorted((one, other) => one.stream < other.stream ? -1 : 1))
  )

export const listsFirstEvents: Fault = ({ listStreams }, reader) =>
  listing((options) =>
    Stream.mapEffect(
      listStreams(options),
      (listed) =>
        Effect.map(Stream.runCollect(reader.readStream(listed.stream, { limit: 1 })), ([first]) => ({
          ...listed,
          version: first!.version,
          position: first!.position
        }))
    )
  )

export const listsByPrefix: Fault = ({ listStreams }) =>
  listing(({ category, ...options } = {}) =>
    category === undefined ? listStreams(options) : Stream.filter(
      listStreams(options),
      // As LIKE 'category%' does.
      ({ stream }) => StreamName.category(stream).includes(category.slice(-12))
    )
  )

export const skipsBetweenPages: Fault = ({ listStreams }) =>
  listing((options = {}) => options.after === undefined ? listStreams(options) : Stream.drop(listStreams(options), 1))

const bothReads = (
  { readAllBackwards, readStreamBackwards }: BrowserAdapter,
  change: <Options extends { readonly before?: number | undefined; readonly limit?: number | undefined }>(
    options: Options
  ) => Options
): Partial<BrowserAdapter> => ({
  readAllBackwards: (options) => readAllBackwards(options && change(options)),
  readStreamBackwards: (stream, options) => readStreamBackwards(stream, options && change(options))
})

export const beforeIsInclusive: Fault = (sound) =>
  bothReads(
    sound,
    (options) =>
      options.before === undefined || options.before < 1 || !Number.isSafeInteger(options.before + 1)
        ? options
        : { ...options, before: options.before + 1 }
  )

const reversed = <E>(events: Stream.Stream<RecordedEvent, E>) =>
  Stream.fromArrayEffect(Effect.map(Stream.runCollect(events), (all) => all.toReversed()))

export const limitsFromTheStart: Fault = (sound, reader) => ({
  readStreamBackwards: (stream, options = {}) =>
    options.before === undefined
      ? reversed(reader.readStream(stream, { ...options, columns: undefined }))
      : sound.readStreamBackwards(stream, options)
})

export const readsForwards: Fault = (_, reader) => ({
  readAllBackwards: (options) => reader.readAll(options),
  readStreamBackwards: (stream, options) => reader.readStream(stream, options)
})

const findingKeys = (
  { findKey }: BrowserAdapter,
  change: (found: StoredKey) => Partial<StoredKey>
): Partial<BrowserAdapter> => ({
  findKey: (key) => Effect.map(findKey(key), Option.map((found) => ({ ...found, ...change(found) })))
})

export const hashesContent: Fault = (sound) =>
  findingKeys(sound, ({ fingerprint }) => ({ fingerprint: fingerprint ?? "0".repeat(64) }))

export const letsKeysExpire: Fault = (sound) => findingKeys(sound, () => ({ neverExpires: false }))

export const findsLastWrites: Fault = (sound) =>
  findingKeys(sound, ({ answer }) => ({ answer: { ...answer, streams: [answer.streams.at(-1)!] } }))

export const looksForKeysOfProcesses: Fault = ({ findKey }) => ({
  findKey: (key) => key.startsWith("refold:") ? Effect.succeedNone : findKey(key)
})
