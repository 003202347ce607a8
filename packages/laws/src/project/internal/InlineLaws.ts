/**
 * What every store promises of rows that handlers write together with their events: whoever else appends to the streams
 * and whether or not a projector runs, readers get the fold of the stream.
 */
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as State from "@refold/store/decide/State"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stored from "../../decide/internal/Stored.ts"
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Law from "../../kit/Law.ts"
import * as Jars from "./Jars.ts"
import * as Rows from "./Rows.ts"

/** What happens, one after the other, and whether the projection is run all the while. */
export interface Program {
  readonly steps: ReadonlyArray<Jars.Step>
  readonly runs: boolean
}

// Each jar that has events: its row, and its state as it is loaded.
const compareRows = Effect.fnUntraced(function*({ jar, projection }: Jars.Subject) {
  const loaded = (yield* Effect.forEach(Jars.ids, (id) => State.load(jar, id))).filter(({ version }) => version > 0)
  const got = yield* Effect.forEach(loaded, ({ stream }) => ReadModel.get(projection, stream))
  const { rows } = yield* ReadModel.query(projection)
  const loadedAt = (key: string) => loaded.find(({ stream }) => stream === key)
  return [
    [got.map(Option.map(({ state, version }) => [state, version])), rows.map(({ state }) => state)],
    [
      loaded.map(({ state, version }) => Option.some([state, version])),
      // A stream that only others appended to has no row before the projector or a reader has been there.
      rows.map(({ key }) => loadedAt(key)?.state)
    ]
  ] as const
})

/** Rows are read by key and by query after every step, and so is the state itself. */
export const inlineRowAndTailIsReplay = Law.make(
  "an inline row and the events after it are what all events fold to",
  ({ runs, steps }: Program) =>
    Effect.scoped(Effect.gen(function*() {
      const subject = Jars.make(yield* Fresh.make)
      yield* Rows.catchUp(subject.projection)
      if (runs) yield* Projector.start(subject.projection, { ...Rows.pace, batchSize: 1 })
      const compared = yield* Effect.forEach(steps, (step) =>
        Effect.andThen(Jars.take(subject, step), compareRows(subject)))
      return {
        left: compared.map(([left]) =>
          left
        ),
        right: compared.map(([, right]) => right)
      }
    }))
)

const storedRow = ({ jar, projection }: Jars.Subject, id: string) =>
  Effect.map(
    Effect.flatMap(ReadModelStore, (store) =>
      store.read({ projection: projection.name }, { _tag: "Keys", keys: [Stored.streamOf(jar, id)] })),
    ({ rows: [row] }) =>
      row && [row.version, Result.getOrThrow(projection.decode(row.state))]
  )

/** Looks at what is stored, after each step with commands: later reads have nothing left to fold. */
export const handlersWriteRows = Law.make(
  "a command has stored its row when it is answered",
  ({ steps }: Program) =>
    Effect.gen(function*() {
      const subject = Jars.make(yield* Fresh.make)
      yield* Rows.catchUp(subject.projection)
      const compared: Array<readonly [stored: unknown, answered: unknown]> = []
      for (const step of steps) {
        const answers = yield* Jars.take(subject, step)
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

/** As a batch would be saved that was folded before the handler wrote. */
export const newerRowsStay = Law.make(
  "a batch leaves rows alone that a handler has written in the meantime",
  (coins: number) =>
    Effect.gen(function*() {
      const subject = Jars.make(yield* Fresh.make)
      yield* Rows.catchUp(subject.projection)
      const commands = [coins, coins].map((
        coins
      ) => ({ command: { _tag: "Add", coins, notes: [] }, key: undefined } as const))
      yield* Jars.take(subject, { _tag: "Handle", id: "1", commands })
      const before = yield* storedRow(subject, "1")
      const store = yield* ReadModelStore
      const { checkpoint, id } = yield* store.live(subject.projection.name)
      const state = Result.getOrThrow(subject.projection.encode(Jars.wrong))
      const key = Stored.streamOf(subject.jar, "1")
      const row = { key, state, position: checkpoint, version: StreamVersion(1) }
      const none = { removed: [], parked: [], unparked: [], rate: 0 }
      yield* store.update(id, (batch) => batch.save({ ...none, rows: [row], keepsNewer: true, checkpoint }), {
        wait: true
      })
      return { left: yield* storedRow(subject, "1"), right: before }
    })
)
