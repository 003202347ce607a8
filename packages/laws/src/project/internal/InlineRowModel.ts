/** Jars whose states are stored as inline rows: commands, appends without rows, wrong rows, and a projector. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Projection from "@refold/core/project/Projection"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import { EventIds } from "@refold/store/log/EventIds"
import { EventStore } from "@refold/store/log/EventStore"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as AggregateHistory from "../../decide/internal/AggregateHistory.ts"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Sample from "../../kit/internal/Sample.ts"
import * as ProjectionRun from "./ProjectionRun.ts"

/** The ids of the jars of a run. */
export const ids: ReadonlyArray<string> = ["1", "2", "3"]

/** One step, on the jar with this id. */
export type Step =
  /** Concurrent commands for a handler that writes rows. Commands with equal keys are copies of each other. */
  | { readonly _tag: "Handle"; readonly id: string; readonly commands: ReadonlyArray<Keyed> }
  /** An event that is appended without a row. */
  | { readonly _tag: "Append"; readonly id: string; readonly stored: EncodedEvent }
  /** An append with a wrong row that conflicts, or is a copy of an earlier append. The row must not be stored. */
  | { readonly _tag: "Conflict" | "Copy"; readonly id: string; readonly stored: EncodedEvent }
  | { readonly _tag: "CatchUp"; readonly batchSize: number }

/** A command, and the number of its idempotency key. */
interface Keyed {
  readonly command: Sample.Command
  readonly key: number | undefined
}

/** The jars of one run and their rows. */
export interface Subject {
  readonly jar: Aggregate<Sample.Command, Sample.State, Sample.Event, Sample.Refusal>
  readonly projection: Projection.Projection<Sample.Event, Sample.State, "coins">
  readonly fresh: FreshNames.FreshNames
}

/** Jars with fresh names. */
export const make = (fresh: FreshNames.FreshNames): Subject => {
  const jar = { ...Sample.aggregate, category: fresh.text(`jar${FreshNames.placeholder}`) }
  const name = fresh.text(`jars ${FreshNames.placeholder}`)
  const definition = { name, version: 1, state: Sample.State, indexes: { coins: ["coins"] } } as const
  return { fresh, jar, projection: Projection.ofAggregateUnsafe(jar, definition) }
}

const epoch = DateTime.makeUnsafe(0)

/** A state that no jar can have. */
export const wrongState: Sample.State = { _tag: "Open", coins: -1, notes: ["wrong"] }

// An append with a wrong row that is refused, or is deduplicated.
const appendWrongRow = Effect.fnUntraced(function*(
  { fresh, jar, projection }: Subject,
  { _tag, id, stored }: Extract<Step, { readonly _tag: "Conflict" | "Copy" }>
) {
  const store = yield* EventStore
  const newId = yield* EventIds
  const stream = AggregateHistory.streamOf(jar, id)
  const events = Arr.of({ ...stored, id: yield* newId, metadata: {}, occurredAt: epoch })
  const state = Result.getOrThrow(projection.encode(wrongState))
  const inline = [{
    projection: projection.name,
    version: projection.version,
    definition: projection.definition,
    stream,
    state
  }]
  if (_tag === "Conflict") {
    return yield* Effect.exit(store.append(stream, events, { expected: ExpectedVersion.Exact(99), inline }))
  }
  const idempotency = { key: fresh.text(`copied ${id} ${FreshNames.placeholder}`), fingerprint: "copied" }
  yield* store.append(stream, events, { idempotency })
  return yield* store.append(stream, events, { idempotency, inline })
})

type Answer = CommandHandler.Handled<Sample.State, Sample.Event>

/** Performs a step. Gives the answers of the commands that were not refused. */
export const applyStep = Effect.fnUntraced(function*(subject: Subject, step: Step) {
  const none: ReadonlyArray<Answer> = []
  switch (step._tag) {
    case "Handle":
      return yield* handle(subject, step)
    case "Append":
      yield* AggregateHistory.append(AggregateHistory.streamOf(subject.jar, step.id), [{
        stored: step.stored,
        occurredAt: epoch
      }])
      return none
    case "Conflict":
    case "Copy":
      yield* appendWrongRow(subject, step)
      return none
    case "CatchUp":
      yield* ProjectionRun.catchUp(subject.projection, step.batchSize)
      return none
  }
})

const handle = Effect.fnUntraced(function*(
  { fresh, jar, projection }: Subject,
  { commands, id }: Extract<Step, { readonly _tag: "Handle" }>
) {
  const handle = CommandHandler.make(jar, { inline: [projection] })
  const keyOf = (key: number | undefined) =>
    key === undefined ? undefined : fresh.text(`${id} ${key} ${FreshNames.placeholder}`)
  const answers = yield* Effect.forEach(
    commands,
    ({ command, key }) => Effect.result(handle(id, command, { idempotencyKey: keyOf(key) })),
    { concurrency: "unbounded" }
  )
  return answers.flatMap((answer) => Result.isSuccess(answer) ? [answer.success] : [])
})
