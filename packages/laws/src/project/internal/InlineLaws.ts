/**
 * The laws of inline rows, which handlers write in the commit of their events: readers get the fold of the stream, also if
 * events are appended without rows, and whether or not a projector runs.
 */
import { decodeAll } from "@refold/core/event/EventCodec"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as State from "@refold/store/decide/State"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as AggregateHistory from "../../decide/internal/AggregateHistory.ts"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as RunPrograms from "../../log/internal/RunPrograms.ts"
import * as InlineRowModel from "./InlineRowModel.ts"
import * as ProjectionRun from "./ProjectionRun.ts"

/** Steps in order, and whether the projection runs at the same time. */
export interface Program {
  readonly steps: ReadonlyArray<InlineRowModel.Step>
  readonly runs: boolean
}

// A stream of which all events are read as none has no row.
const hasEvents = ({ events: codec }: InlineRowModel.Subject["jar"], stream: StreamName) =>
  Effect.map(RunPrograms.readStream(stream), (events) => Result.getOrThrow(decodeAll(codec, events)).length > 0)

// For each jar that has events: its row, and its loaded state.
const compareRows = Effect.fnUntraced(function*({ jar, projection }: InlineRowModel.Subject) {
  const all = yield* Effect.forEach(InlineRowModel.ids, (id) => State.load(jar, id))
  const loaded = yield* Effect.filter(all, ({ stream }) => hasEvents(jar, stream))
  const got = yield* Effect.forEach(loaded, ({ stream }) => ReadModel.get(projection, stream))
  const { rows } = yield* ReadModel.query(projection)
  const loadedAt = (key: string) => loaded.find(({ stream }) => stream === key)
  return [
    [got.map(Option.map(({ state, version }) => [state, version])), rows.map(({ state }) => state)],
    [
      loaded.map(({ state, version }) => Option.some([state, version])),
      // A stream without appends by a handler has no row until the projector or a reader writes it.
      rows.map(({ key }) => loadedAt(key)?.state)
    ]
  ] as const
})

/** After every step, reads rows by key and by query, and loads the state. */
export const inlineRowAndTailIsReplay = Law.make(
  "an inline row and the events after it fold to the same state as all events",
  ({ runs, steps }: Program) =>
    Effect.scoped(Effect.gen(function*() {
      const subject = InlineRowModel.make(yield* FreshNames.make)
      yield* ProjectionRun.catchUp(subject.projection)
      if (runs) yield* Projector.start(subject.projection, { ...ProjectionRun.batching, batchSize: 1 })
      const compared = yield* Effect.forEach(steps, (step) =>
        Effect.andThen(InlineRowModel.applyStep(subject, step), compareRows(subject)))
      return {
        left: compared.map(([left]) =>
          left
        ),
        right: compared.map(([, right]) => right)
      }
    }))
)

const storedRow = ({ jar, projection }: InlineRowModel.Subject, id: string) =>
  Effect.map(
    Effect.flatMap(ReadModelStore, (store) =>
      store.read(projection, { _tag: "Keys", keys: [AggregateHistory.streamOf(jar, id)] })),
    ({ rows: [row] }) =>
      row && [row.version, Result.getOrThrow(projection.decode(row.state))]
  )

/** Compares the stored row after each step with commands, so that later reads have no events to fold. */
export const handlersWriteRows = Law.make(
  "the row of a command is stored when the command is answered",
  ({ steps }: Program) =>
    Effect.gen(function*() {
      const subject = InlineRowModel.make(yield* FreshNames.make)
      yield* ProjectionRun.catchUp(subject.projection)
      const compared: Array<readonly [stored: unknown, answered: unknown]> = []
      for (const step of steps) {
        const answers = yield* InlineRowModel.applyStep(subject, step)
        const last = Arr.last(
          answers.filter(({ deduplicated, events }) => !deduplicated && events.length > 0).toSorted(
            (one, other) => one.version - other.version
          )
        )
        if (step._tag === "CatchUp" || Option.isNone(last)) continue
        compared.push([yield* storedRow(subject, step.id), [last.value.version, last.value.state]])
      }
      return { left: compared.map(([stored]) => stored), right: compared.map(([, answered]) => answered) }
    })
)

/** A batch may be folded before a handler writes the row, and be saved after it. */
export const newerRowsStay = Law.make(
  "a batch does not overwrite a row that a handler has written in the meantime",
  (coins: number) =>
    Effect.gen(function*() {
      const subject = InlineRowModel.make(yield* FreshNames.make)
      yield* ProjectionRun.catchUp(subject.projection)
      const commands = [coins, coins].map((
        coins
      ) => ({ command: { _tag: "Add", coins, notes: [] }, key: undefined } as const))
      yield* InlineRowModel.applyStep(subject, { _tag: "Handle", id: "1", commands })
      const before = yield* storedRow(subject, "1")
      const store = yield* ReadModelStore
      const { checkpoint, id } = yield* store.live(subject.projection.name)
      const state = Result.getOrThrow(subject.projection.encode(InlineRowModel.wrongState))
      const key = AggregateHistory.streamOf(subject.jar, "1")
      const row = { key, state, position: checkpoint, version: StreamVersion(1) }
      const none = { removed: [], parked: [], unparked: [], rate: 0 }
      yield* store.update(id, (batch) => batch.save({ ...none, rows: [row], keepsNewer: true, checkpoint }), {
        wait: true
      })
      return { left: yield* storedRow(subject, "1"), right: before }
    })
)
