/** The laws of export and import: an imported store equals the exported one, or nothing is imported. */
import { Position } from "@refold/core/event/Position"
import { EventStore } from "@refold/store/log/EventStore"
import type { Counts } from "@refold/store/maintain/Maintenance"
import * as Store from "@refold/store/maintain/Store"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as History from "../../journal/internal/History.ts"
import type * as Programs from "../../journal/internal/Programs.ts"
import * as Law from "../../kit/Law.ts"
import { lookUp } from "../../log/internal/KeyLookUps.ts"
import * as RunPrograms from "../../log/internal/RunPrograms.ts"
import * as Damages from "./Damages.ts"
import { FreshStore, type Stores } from "./FreshStore.ts"

/** Imports lines. */
export type ImportLines = typeof Store.importLines

// A store that a program has filled, its lines, and an empty store.
const exported = Effect.fnUntraced(function*(program: Programs.Program) {
  const { make } = yield* FreshStore
  const source = yield* make
  const run = yield* Effect.provideContext(RunPrograms.onStore(program), source)
  const lines = yield* Effect.provideContext(Stream.runCollect(Store.exportLines), source)
  return { run, source, lines, target: yield* make }
})

// Events with ranks, the answers of look-ups, and the answers to repeated commits with keys.
const contentOf = (run: RunPrograms.StoreRun, store: Context.Context<Stores>) =>
  Effect.gen(function*() {
    const { commit, readAll } = yield* EventStore
    const history = { start: Position(0), events: yield* Stream.runCollect(readAll()) }
    const found = yield* lookUp({ fresh: run.fresh, history })
    const repeated = yield* Effect.forEach(
      RunPrograms.keyedCommits(run),
      (keyed) => Effect.result(commit(keyed.commit))
    )
    const answers = repeated.map(Result.map((appended) => History.rankedAppended(history, appended)))
    return { events: History.ranked(history, history.events), found, answers }
  }).pipe(Effect.provideContext(store))

const imported = (target: Context.Context<Stores>, lines: ReadonlyArray<string>, importLines: ImportLines) =>
  Effect.provideContext(importLines(Stream.fromIterable(lines)), target)

// Those that can be read; none if reads fail.
const visible = (store: Context.Context<Stores>) =>
  Effect.gen(function*() {
    const { readAll } = yield* EventStore
    const events = yield* Effect.orElseSucceed(Stream.runCollect(readAll()), () => [])
    return events.map(({ stream, version }) => `${stream} ${version}`)
  }).pipe(Effect.provideContext(store))

/** Compares events with their times, look-ups and the answers to repeated commits. Positions are compared by rank. */
export const importedStoresAreTheSame = (importLines: ImportLines = Store.importLines) =>
  Law.make(
    "a store that is imported has the events, times and keys of the store that was exported",
    Effect.fnUntraced(function*(program: Programs.Program) {
      const { lines, run, source, target } = yield* exported(program)
      yield* imported(target, lines, importLines)
      return { left: yield* contentOf(run, target), right: yield* contentOf(run, source) }
    }, Effect.scoped)
  )

/** A program, and a line of the file that its store is exported to: the remainder by the number of lines. */
export interface AtLine {
  readonly program: Programs.Program
  readonly line: number
}

/** The first import ends after any line but the last. */
export const cutImportsGoOn = (importLines: ImportLines = Store.importLines) =>
  Law.make(
    "an import that is cut after any line continues after the stored part, and gives the same store",
    Effect.fnUntraced(function*({ line, program }: AtLine) {
      const { lines, run, source, target } = yield* exported(program)
      const cut = yield* Effect.flip(imported(target, lines.slice(0, line % lines.length), importLines))
      const { resumedAfter } = yield* imported(target, lines, importLines)
      return {
        left: { cut: tagOf(cut), resumedAfter, content: yield* contentOf(run, target) },
        right: {
          cut: "IncompleteFile",
          // The header alone is not stored.
          resumedAfter: line % lines.length === 1 ? 0 : line % lines.length,
          content: yield* contentOf(run, source)
        }
      }
    }, Effect.scoped)
  )

const tagOf = (error: unknown): unknown => Object(error)._tag

/** A file with a damaged line. */
export interface Damaged extends AtLine {
  readonly damage: Damages.Name
}

/** The refusal names a line that is not before the damaged one, and no event can be read afterwards. */
export const damagedFilesAreRefused = (importLines: ImportLines = Store.importLines) =>
  Law.make(
    "a file in which a line is missing, repeated, swapped, cut or changed is refused by the line",
    Effect.fnUntraced(function*({ damage, line, program }: Damaged) {
      const { lines, target } = yield* exported(program)
      // A trailer has no line after it, and an additional field in it changes nothing.
      const at = line % (lines.length - 1)
      const refused = yield* Effect.result(imported(target, Damages.all[damage](lines, at), importLines))
      return { left: [isPlaced(refused, at), yield* visible(target)], right: [true, []] }
    }, Effect.scoped)
  )

const isPlaced = (refused: Result.Result<unknown, unknown>, at: number): boolean => {
  if (Result.isSuccess(refused)) return false
  const { line, lines } = Object(refused.failure)
  return line > at || lines >= at
}

/** Reads in the middle of an import find no event, or fail. */
export const incompleteStoresAreClosed = (importLines: ImportLines = Store.importLines) =>
  Law.make(
    "until an import has ended, no event of it can be read",
    Effect.fnUntraced(function*({ line, program }: AtLine) {
      const { lines, target } = yield* exported(program)
      yield* Effect.ignore(imported(target, lines.slice(0, line % lines.length), importLines))
      return { left: yield* visible(target), right: [] }
    }, Effect.scoped)
  )

/** The same file is imported afterwards. */
export const dryRunsStoreNothing = (importLines: ImportLines = Store.importLines) =>
  Law.make(
    "a dry run accepts the same files, and stores nothing",
    Effect.fnUntraced(function*(program: Programs.Program) {
      const { lines, target } = yield* exported(program)
      const checked = yield* Effect.provideContext(importLines(Stream.fromIterable(lines), { dryRun: true }), target)
      const between = yield* visible(target)
      const { counts }: { readonly counts: Counts } = yield* imported(target, lines, importLines)
      return { left: [checked.counts, between], right: [counts, []] }
    }, Effect.scoped)
  )
