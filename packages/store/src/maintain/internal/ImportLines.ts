/** Imports lines into an empty store, in batches: each is checked, then stored together with the progress of the import. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import { ImportMismatch, IncompleteFile, InvalidLine, type NewerFormat, type StoreNotEmpty } from "../ImportError.ts"
import type { Counts, ImportBatch, ImportProgress, ImportTarget } from "../Maintenance.ts"
import * as DecodeCopied from "./DecodeCopied.ts"
import * as DecodeLine from "./DecodeLine.ts"
import * as ImportRules from "./ImportRules.ts"
import { type OnProgress, start, type State } from "./ImportState.ts"
import * as StoreLine from "./StoreLine.ts"

export type { OnProgress } from "./ImportState.ts"

/** The errors of an import. */
export type ImportFailure =
  | InvalidLine
  | NewerFormat
  | IncompleteFile
  | StoreNotEmpty
  | ImportMismatch
  | EventStoreError

/** The result of an import. */
export interface Imported {
  /** The id of the export. */
  readonly export: string
  readonly counts: Counts
  /** The number of lines that were stored before, by an import that was cut; 0 for one that began here. */
  readonly resumedAfter: number
}

/** Imports all lines into a target. */
export const into = Effect.fnUntraced(function*<E, R>(
  target: ImportTarget,
  lines: Stream.Stream<string, E, R>,
  onProgress: OnProgress
): Effect.fn.Return<Imported, ImportFailure | E, R> {
  const state = start(target, onProgress)
  yield* Stream.runForEachArray(lines, (texts) => takeAll(state, texts))
  const { header } = state
  if (header === undefined || !state.isEnded) {
    // The lines that were read are stored, so that the next run begins after them.
    return yield* afterBatch(state, Effect.void).pipe(Effect.andThen(new IncompleteFile({ lines: state.line })))
  }
  yield* target.finish(state.stored)
  return { export: header.export, counts: state.stored.counts, resumedAfter: state.resumedAfter }
})

type Step = Effect.Effect<void, ImportFailure>

const takeAll = Effect.fnUntraced(
  function*(state: State, texts: ReadonlyArray<string>): Effect.fn.Return<void, ImportFailure> {
    for (const text of texts) {
      const step = take(state, text)
      if (step !== undefined) yield* step
      state.line++
    }
  }
)

// The work before the next line is read; undefined if the line is only added to the batch.
const take = (state: State, text: string): Step | undefined => {
  const line = state.line + 1
  if (state.isEnded) return refuse(line, "the line", "must not follow the trailer")
  if (line === 1) return begin(state, text)
  if (line <= state.resumedAfter) {
    state.sha.add(text)
    return line === state.resumedAfter ? checkResumed(state) : undefined
  }
  const parsed = DecodeLine.parse(text)
  if (Result.isFailure(parsed)) return afterBatch(state, refuse(line, parsed.failure.field, parsed.failure.rule))
  const { fields, kind } = parsed.success
  if (StoreLine.kinds.indexOf(kind) < StoreLine.kinds.indexOf(state.batch.kind)) {
    return afterBatch(state, refuse(line, "kind", `must not be ${kind} after ${state.batch.kind}`))
  }
  if (kind === "trailer") return afterBatch(state, Effect.suspend(() => end(state, fields)))
  if (kind === "header") return afterBatch(state, refuse(line, "kind", "must not be header after the first line"))
  const item: Result.Result<unknown, InvalidInput> = decoders[kind](fields)
  if (Result.isFailure(item)) return afterBatch(state, refuse(line, item.failure.field, item.failure.rule))
  return add(state, { kind, item: item.success, text })
}

const decoders = {
  event: DecodeLine.event,
  key: DecodeCopied.key,
  discard: DecodeCopied.discard,
  consumer: DecodeCopied.consumer
}

const refuse = (line: number, field: string, rule: string): Effect.Effect<never, InvalidLine> =>
  Effect.fail(new InvalidLine({ line, field, rule }))

const begin = Effect.fnUntraced(function*(state: State, text: string): Effect.fn.Return<void, ImportFailure> {
  const header = Result.flatMap(DecodeLine.parse(text), ({ fields }) => DecodeLine.header(fields))
  if (Result.isFailure(header)) {
    const { failure } = header
    return yield* failure instanceof InvalidInput ? refuse(1, failure.field, failure.rule) : failure
  }
  state.sha.add(text)
  state.header = header.success
  const stored = yield* state.target.begin(header.success.export)
  state.resumedAfter = stored.lines
  state.stored = stored
})

const checkResumed = ({ resumedAfter, sha, stored }: State): Step | undefined =>
  sha.hex() === stored.sha256
    ? undefined
    : Effect.fail(new ImportMismatch({ reason: `the first ${resumedAfter} lines differ from those that are stored` }))

interface Item {
  readonly kind: ImportBatch["kind"]
  readonly item: unknown
  readonly text: string
}

// An array of a thousand events has about as many bytes.
const maxItems = 1000
const maxLength = 4 * 1024 * 1024

const add = (state: State, { item, kind, text }: Item): Step | undefined => {
  const push = () => {
    state.sha.add(text)
    if (state.batch.kind !== kind) state.batch = { kind, items: [], length: 0 }
    state.batch.items.push(item)
    state.batch.length += text.length
  }
  const { batch } = state
  const isFull = batch.items.length >= maxItems || batch.length + text.length > maxLength || batch.kind !== kind
  if (isFull && batch.items.length > 0) return afterBatch(state, Effect.sync(push))
  push()
  return undefined
}

// Stores the lines before this one first, so that the first line that breaks a rule is reported.
const afterBatch = (state: State, next: Step): Step =>
  state.batch.items.length === 0 ? next : Effect.andThen(store(state), next)

const store = Effect.fnUntraced(function*(state: State): Effect.fn.Return<void, ImportFailure> {
  const { stored, target } = state
  const { items, kind } = state.batch
  // The items of a batch are of its kind.
  const batch = { kind, items } as unknown as ImportBatch
  const problem = yield* ImportRules.check(target, batch, stored.position)
  // The lines of the batch are the last ones.
  const lineOf = (index: number): number => state.line - items.length + 1 + index
  if (Option.isSome(problem)) {
    const { field, index, rule } = problem.value
    // Items that another program has stored meanwhile break the rules of the file, too.
    yield* target.write({ ...batch, items: [] }, stored, stored)
    return yield* refuse(lineOf(index), field, rule)
  }
  const name = StoreLine.counted[kind]
  const to: ImportProgress = {
    lines: state.line,
    sha256: state.sha.hex(),
    position: batch.kind === "event" ? batch.items.at(-1)!.position : stored.position,
    counts: { ...stored.counts, [name]: stored.counts[name] + items.length }
  }
  const taken = yield* target.write(batch, stored, to)
  if (Option.isSome(taken)) {
    const { field, rule } = ImportRules.takenRule(kind)
    return yield* refuse(lineOf(taken.value), field, rule)
  }
  state.stored = to
  state.batch = { kind, items: [], length: 0 }
  yield* state.onProgress(to)
})

const end = Effect.fnUntraced(
  function*(state: State, fields: DecodeLine.Parsed["fields"]): Effect.fn.Return<void, ImportFailure> {
    const line = state.line + 1
    const trailer = DecodeLine.trailer(fields)
    if (Result.isFailure(trailer)) return yield* refuse(line, trailer.failure.field, trailer.failure.rule)
    for (const name of Object.values(StoreLine.counted)) {
      const count = state.stored.counts[name]
      if (trailer.success[name] !== count) {
        return yield* refuse(
          line,
          `trailer.${name}`,
          `must be ${count}, the number of such lines: lines are missing or added`
        )
      }
    }
    if (trailer.success.sha256 !== state.sha.hex()) {
      return yield* refuse(line, "trailer.sha256", "must be the hash of all lines before: one of them was changed")
    }
    state.isEnded = true
  }
)
