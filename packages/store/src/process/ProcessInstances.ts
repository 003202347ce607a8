/** Reads the instances of a process, and takes an operator's commands to resume, retry or unblock them. */
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
import type { LoadedState } from "../decide/LoadedState.ts"
import type { SnapshotStore } from "../decide/SnapshotStore.ts"
import * as State from "../decide/State.ts"
import { EventReader } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import { WireTransform } from "../log/WireTransform.ts"
import type { Page } from "../project/internal/Row.ts"
import * as ReadModel from "../project/ReadModel.ts"
import * as InstanceHandler from "./internal/InstanceHandler.ts"
import type { Services } from "./ProcessHandler.ts"

/**
 * The current instance: its state, its pending work, and the version of its stream. An id without a stream gives the initial
 * state at version 0. Fails as `State.load` does.
 */
export const get = <Event extends Tagged, State>(
  { instances }: Process.Process<Event, State>,
  instance: string
): Effect.Effect<LoadedState<Instance<State>>, State.LoadFailure, EventReader | SnapshotStore> =>
  State.load(instances, instance)

/**
 * A page of instances by `phase`, `status` or `due` time: `{ index: "phase", where: { phase: "CompensationFailed" } }`.
 * Eventually consistent: the runner projects the rows. Fails as `ReadModel.query` does.
 */
export const query = <Event extends Tagged, State>(
  { rows }: Process.Process<Event, State>,
  rowQuery: RowQuery<Index> = {}
): Effect.Effect<Page<ProcessRow>, ReadModel.ReadRowsFailure, ReadModel.Readers> => ReadModel.query(rows, rowQuery)

/** An event of an instance's stream, decoded and as it was recorded. */
export interface HistoryEntry {
  readonly event: ProcessEvent
  readonly recorded: RecordedEvent
}

/**
 * All events of an instance's stream, in their order: the triggers that it observed and its decisions. Empty for an id
 * without a stream. Fails with `InvalidInput` for an id that no instance can have.
 */
export const history = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string
): Effect.fn.Return<ReadonlyArray<HistoryEntry>, InvalidInput | DecodeError | EventStoreError, EventReader> {
  const stream = yield* Effect.fromResult(Process.streamOf(process, instance))
  const stored = yield* Stream.runCollect((yield* EventReader).readStream(stream))
  const { fromWire } = yield* WireTransform
  const entries = yield* Effect.forEach(
    yield* fromWire(stored),
    (recorded) =>
      Effect.map(
        Effect.fromResult(process.instances.events.decode(recorded)),
        (events) => events.map((event) => ({ event, recorded }))
      )
  )
  return entries.flat()
})

/**
 * The result of an operator's command: the instance after it. Fails with an `InstanceRefusal` where the instance refuses the
 * command, and otherwise as a command handler does.
 */
export type OperatorResult<State> = Effect.Effect<
  LoadedState<Instance<State>>,
  InstanceRefusal | HandleFailure,
  Services
>

/**
 * Sends the signal `Resumed` to an instance: a saga at `CompensationFailed` retries its compensation. `reason` is recorded.
 * Fails with `UnknownInstance` for an id without a stream, and with `InstanceCompleted`.
 */
export const resume = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string,
  reason: string
): OperatorResult<State> =>
  Effect.flatMap(DateTime.now, (at) => send(process, instance, { _tag: "Resume", reason, at }))

/**
 * Lets a parked instance react again to the triggers that wait, in their order: for use after a repair of the code. It stays
 * parked at the first trigger that fails again. Fails with `InstanceNotParked`.
 */
export const retry = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string
): OperatorResult<State> => send(process, instance, { _tag: "Retry" })

/**
 * Discards the first trigger that waits in a parked instance, permanently, and retries the later ones. `reason` is recorded.
 * Fails with `InstanceNotParked`.
 */
export const discard = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string,
  reason: string
): OperatorResult<State> => send(process, instance, { _tag: "Discard", reason })

const send = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string,
  message: MessageBody
): Effect.fn.Return<LoadedState<Instance<State>>, InstanceRefusal | HandleFailure, Services> {
  const { correlationId } = (yield* get(process, instance)).state.pending
  return yield* InstanceHandler.of(process)(instance, message, { metadata: { correlationId } })
})
