/**
 * Imports a folder: checks every row, then stores the rows that the store does not hold yet. The log shows the
 * progress of an earlier import, so an interrupted import continues and a repeated one adds nothing.
 */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { StreamWrite } from "refold/Commit"
import type { ReadFailure } from "refold/EventReader"
import { type CommitFailure, EventStore } from "refold/EventStore"
import * as ExpectedVersion from "refold/ExpectedVersion"
import type { StreamName } from "refold/StreamName"
import { WireTransform } from "refold/WireTransform"
import * as Account from "../Account.ts"
import type { BadInput } from "./BadInput.ts"
import { ImportProgress } from "./ImportProgress.ts"
import * as Plan from "./Plan.ts"
import * as Source from "./Source.ts"
import * as Statement from "./Statement.ts"

/** The rows of an account are not, or do not begin with, those that its stored events came from. Nothing was stored. */
export class ImportedDifferently extends Data.TaggedError("ImportedDifferently")<{
  readonly folder: string
  readonly stream: StreamName
  readonly version: number
}> {
  override get message(): string {
    return `${this.folder}: its rows must begin with those imported before, but do not give the ${this.version} events ` +
      `stored in "${this.stream}"; events are never rewritten, so import changed files under another folder name`
  }
}

/** Another import stored the same rows at the same time. */
export class ImportOvertaken extends Data.TaggedError("ImportOvertaken")<{ readonly folder: string }> {
  override get message(): string {
    return `${this.folder}: must not be imported twice at once; nothing is lost or doubled, import it again to continue`
  }
}

/** The errors of an import. After the last three, part of the files may be stored; importing again continues. */
export type ImportFailure = BadInput | ImportedDifferently | ReadFailure | ImportOvertaken | CommitFailure

/** An import that has gone through. */
export interface Imported {
  /** The name of the folder, and of its accounts in the store. */
  readonly source: string
  /** The rows of each account in the files, by stream. */
  readonly statements: ReadonlyMap<StreamName, Statement.Statement>
  /** The events of the files: one for each row. */
  readonly events: number
  /** The number of them that the store held already. */
  readonly stored: number
  /** The number of them that this import has added. */
  readonly added: number
}

/** Imports `account.asc` and `trans.asc` of a folder. */
export const run = Effect.fnUntraced(function*(
  folder: string
): Effect.fn.Return<Imported, ImportFailure, EventStore> {
  const source = Source.nameOf(folder)
  const last = yield* lastEvents(source)
  const statements = yield* check(folder, last)
  const events = sum(statements.values())
  const stored = sum(last.values())
  if (stored < events) {
    yield* Effect.catchTag(
      write(folder, last, { stored, events }),
      ["VersionConflict", "DuplicateEventId"],
      () => new ImportOvertaken({ folder })
    )
  }
  return { source, statements, events, stored, added: events - stored }
})

/** Checks the files of a folder without the store: reads every row, stores nothing. */
export const checkFiles = (folder: string): Effect.Effect<void, BadInput> => Stream.runDrain(Plan.events(folder))

// As many events of a stream as its version.
const sum = (streams: Iterable<{ readonly version: number }>): number =>
  [...streams].reduce((events, { version }) => events + version, 0)

type LastEvents = ReadonlyMap<StreamName, { readonly version: number; readonly id: string }>

const lastEvents = Effect.fnUntraced(function*(source: string): Effect.fn.Return<LastEvents, ReadFailure, EventStore> {
  const store = yield* EventStore
  const last = new Map<StreamName, { readonly version: number; readonly id: string }>()
  const prefix = `${Account.aggregate.category}-${source}-`
  yield* Stream.runForEachArray(
    store.readAll({ categories: [Account.aggregate.category] }),
    (events) =>
      Effect.sync(() => {
        for (const { id, stream, version } of events) if (stream.startsWith(prefix)) last.set(stream, { version, id })
      })
  )
  return last
})

// Each id depends on all rows before it: where the last stored one is the planned one, so are all before it.
const check = Effect.fnUntraced(function*(folder: string, last: LastEvents) {
  const statements = new Map<StreamName, Statement.Statement>()
  const differs = (stream: StreamName, { version }: { readonly version: number }) =>
    Effect.fail(new ImportedDifferently({ folder, stream, version }))
  yield* Stream.runForEachArray(
    Plan.events(folder),
    Effect.fnUntraced(function*(planned) {
      for (const next of planned) {
        const known = last.get(next.stream)
        if (next.version === known?.version && next.event.id !== known.id) yield* differs(next.stream, known)
        statements.set(next.stream, Statement.add(statements.get(next.stream), next))
      }
    })
  )
  for (const [stream, known] of last) {
    if (known.version > (statements.get(stream)?.version ?? 0)) yield* differs(stream, known)
  }
  return statements
})

const batchSize = 500

const write = Effect.fnUntraced(function*(
  folder: string,
  last: LastEvents,
  { events, stored }: { readonly events: number; readonly stored: number }
): Effect.fn.Return<void, BadInput | CommitFailure, EventStore> {
  const progress = yield* ImportProgress
  let done = stored
  yield* progress(done, events)
  yield* Plan.events(folder).pipe(
    Stream.filter(({ stream, version }) => version > (last.get(stream)?.version ?? 0)),
    Stream.grouped(batchSize),
    Stream.runForEach((batch) => {
      done += batch.length
      return Effect.andThen(commit(batch), Effect.suspend(() => progress(done, events)))
    })
  )
})

// One commit for the events of several accounts: a cut leaves every account at the end of some batch.
const commit = Effect.fnUntraced(function*(batch: NonEmptyReadonlyArray<Plan.PlannedEvent>) {
  const store = yield* EventStore
  const { toWire } = yield* WireTransform
  const writes: Array<StreamWrite> = []
  for (const [stream, planned] of Map.groupBy(batch, ({ stream }) => stream)) {
    const [first, ...others] = planned
    // A group has at least one member.
    const events = yield* toWire([first!.event, ...others.map(({ event }) => event)])
    writes.push({ stream, expected: ExpectedVersion.Exact(first!.version - 1), events })
  }
  // At least one, as the batch is not empty.
  yield* store.commit({ writes: writes as unknown as NonEmptyReadonlyArray<StreamWrite> })
})
