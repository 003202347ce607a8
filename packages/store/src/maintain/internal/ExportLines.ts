/** A store as lines: the log up to the last whole commit at the start, then keys, discards and consumers. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Position from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as Sha256 from "@refold/core/internal/journal/Sha256"
import * as AsOf from "@refold/core/journal/AsOf"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventIds } from "../../log/EventIds.ts"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { InvalidLine, type NewerFormat } from "../ImportError.ts"
import { Maintenance } from "../Maintenance.ts"
import * as DecodeLine from "./DecodeLine.ts"
import * as StoreLine from "./StoreLine.ts"

/** The lines of a store. */
export type Lines = Stream.Stream<string, ReadFailure, EventReader | Maintenance>

/** All lines. */
export const all: Lines = Stream.unwrap(Effect.gen(function*() {
  const id = yield* yield* EventIds
  // The head may be in the middle of a commit, whose events would come without their key.
  const upTo = yield* (yield* Maintenance).wholeCommits(yield* (yield* EventReader).head)
  const header: StoreLine.Header = {
    kind: "header",
    format: StoreLine.format,
    version: StoreLine.latestVersion,
    export: id,
    upTo
  }
  const text = StoreLine.ofHeader(header)
  const sha = Sha256.lines()
  sha.add(text)
  return Stream.concat(
    Stream.succeed(text),
    linesAfter({ header, sha, events: 0, after: Position.start })
  )
}))

interface Start {
  readonly header: StoreLine.Header
  readonly sha: Sha256.Lines
  /** The number of events that are written already, and the position of the last one. */
  readonly events: number
  readonly after: Position.Position
}

const linesAfter = ({ after, events, header: { upTo }, sha }: Start): Lines =>
  Stream.unwrap(Effect.gen(function*() {
    const reader = yield* EventReader
    const store = yield* Maintenance
    const counts = { ...StoreLine.noCounts, events }
    const counting = <A>(kind: keyof typeof StoreLine.counted, render: (item: A) => string) => (item: A): string => {
      const line = render(item)
      counts[StoreLine.counted[kind]]++
      sha.add(line)
      return line
    }
    return reader.readAll({ after, asOf: AsOf.position(upTo) }).pipe(
      Stream.map(counting("event", StoreLine.ofEvent)),
      Stream.concat(Stream.map(store.keys(upTo), counting("key", StoreLine.ofKey))),
      Stream.concat(Stream.map(store.discards(upTo), counting("discard", StoreLine.ofDiscard))),
      Stream.concat(
        Stream.map(Stream.fromIterableEffect(store.consumers(upTo)), counting("consumer", StoreLine.ofConsumer))
      ),
      Stream.concat(Stream.sync(() => StoreLine.ofTrailer({ kind: "trailer", ...counts, sha256: sha.hex() })))
    )
  }))

/** The continuation of an export that was cut. */
export interface Resumed {
  /** The number of existing lines to keep: the header and whole events. */
  readonly keep: number
  /** The lines that follow them. */
  readonly rest: Lines
}

/** Continues an export from the lines that were written. Fails if they are not of this store. */
export const resume = Effect.fnUntraced(function*<E, R>(
  written: Stream.Stream<string, E, R>
): Effect.fn.Return<Resumed, E | InvalidLine | NewerFormat | ReadFailure, R | EventReader> {
  let state: State | undefined
  yield* Stream.runForEachWhile(
    written,
    (line) =>
      Effect.map(Effect.fromResult(state === undefined ? begin(line) : goOn(state, line)), (next) => {
        state = next ?? state
        return next !== undefined
      })
  )
  if (state === undefined) return yield* new InvalidLine({ line: 1, field: "header", rule: "must be there" })
  const { last, start } = state
  if (last !== undefined) yield* checkStored(last, start.events + 1)
  return { keep: start.events + 1, rest: linesAfter(start) }
})

interface State {
  readonly start: Start
  readonly last: RecordedEvent | undefined
}

const begin = (line: string): Result.Result<State, InvalidLine | NewerFormat> =>
  DecodeLine.parse(line).pipe(
    Result.flatMap(({ fields }) => DecodeLine.header(fields)),
    Result.mapBoth({
      onFailure: (error) =>
        error instanceof InvalidInput ? new InvalidLine({ line: 1, field: error.field, rule: error.rule }) : error,
      onSuccess: (header) => {
        const sha = Sha256.lines()
        sha.add(line)
        return { start: { header, sha, events: 0, after: Position.start }, last: undefined }
      }
    })
  )

// Ends at the first line that is not a whole event: the last one may be cut, and the lines after the events are read again.
const goOn = ({ start }: State, line: string): Result.Result<State | undefined> => {
  const event = Result.flatMap(
    DecodeLine.parse(line),
    ({ fields, kind }) => kind === "event" ? DecodeLine.event(fields) : Result.fail(undefined)
  )
  if (Result.isFailure(event)) return Result.succeed(undefined)
  start.sha.add(line)
  const { position } = event.success
  return Result.succeed({ start: { ...start, events: start.events + 1, after: position }, last: event.success })
}

const checkStored = Effect.fnUntraced(function*(
  { id, position }: RecordedEvent,
  line: number
): Effect.fn.Return<void, InvalidLine | ReadFailure, EventReader> {
  const stored = yield* (yield* EventReader).findEvent(id)
  if (!Option.exists(stored, (event) => event.position === position)) {
    return yield* new InvalidLine({
      line,
      field: "event.id",
      rule: "must be of the event at this position of the store"
    })
  }
})
