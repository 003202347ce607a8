/** Looking into the instances of a process, and helping those that cannot go on by themselves. */
import type { DecodeError } from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { Instance } from "@refold/core/internal/process/ProcessInstance"
import type { InstanceRefusal, MessageBody } from "@refold/core/internal/process/ProcessMessage"
import type { Index, ProcessRow } from "@refold/core/internal/process/ProcessRows"
import * as Process from "@refold/core/process/Process"
import type { ProcessEvent } from "@refold/core/process/ProcessEvent"
import type { RowQuery } from "@refold/core/project/RowQuery"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { HandleFailure } from "../decide/CommandHandler.ts"
import type { Loaded } from "../decide/Loaded.ts"
import type { SnapshotStore } from "../decide/SnapshotStore.ts"
import * as State from "../decide/State.ts"
import { EventReader } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import { WireTransform } from "../log/WireTransform.ts"
import type { Page } from "../project/internal/Row.ts"
import * as ReadModel from "../project/ReadModel.ts"
import * as Telling from "./internal/Telling.ts"
import type { Services } from "./ProcessHandler.ts"

/** An instance as it is now: its own state, and what it still has to do. */
export const get = <Event extends Tagged, State>(
  { instances }: Process.Process<Event, State>,
  instance: string
): Effect.Effect<Loaded<Instance<State>>, State.LoadFailure, EventReader | SnapshotStore> =>
  State.load(instances, instance)

/**
 * A page of instances, by where they stand: `{ index: "phase", where: { phase: "CompensationFailed" } }`, or by `status`
 * or `due`. As recent as the runner has made it.
 */
export const query = <Event extends Tagged, State>(
  { rows }: Process.Process<Event, State>,
  asked: RowQuery<Index> = {}
): Effect.Effect<Page<ProcessRow>, ReadModel.ReadRowsFailure, ReadModel.Readers> => ReadModel.query(rows, asked)

/** One thing that an instance did, and where and when that was recorded. */
export interface Happening {
  readonly event: ProcessEvent
  readonly recorded: RecordedEvent
}

/** Everything that an instance met and did, in order. */
export const history = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string
): Effect.fn.Return<ReadonlyArray<Happening>, InvalidInput | DecodeError | EventStoreError, EventReader> {
  const stream = yield* Effect.fromResult(Process.streamOf(process, instance))
  const stored = yield* Stream.runCollect((yield* EventReader).readStream(stream))
  const { fromWire } = yield* WireTransform
  return yield* Effect.forEach(
    yield* fromWire(stored),
    (recorded) =>
      Effect.map(Effect.fromResult(process.instances.codec.decode(recorded)), (event) => ({ event, recorded }))
  )
})

/** What helping an instance comes to. */
export type Helped<State> = Effect.Effect<Loaded<Instance<State>>, InstanceRefusal | HandleFailure, Services>

/** Tells an instance to go on: a saga whose compensation failed tries it again. `reason` is recorded. */
export const resume = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string,
  reason: string
): Helped<State> => Effect.flatMap(DateTime.now, (at) => tell(process, instance, { _tag: "Resume", reason, at }))

/**
 * Tries the triggers that wait behind a poisoned one again, as after a repair of the code. The instance stays parked from
 * the first on that still fails.
 */
export const retry = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string
): Helped<State> => tell(process, instance, { _tag: "Retry" })

/** Leaves the first trigger that waits out for good, and tries the later ones. `reason` is recorded. */
export const discard = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string,
  reason: string
): Helped<State> => tell(process, instance, { _tag: "Discard", reason })

const tell = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string,
  message: MessageBody
): Effect.fn.Return<Loaded<Instance<State>>, InstanceRefusal | HandleFailure, Services> {
  const { correlationId } = (yield* get(process, instance)).state.agenda
  return yield* Telling.make(process)(instance, message, { metadata: { correlationId } })
})
