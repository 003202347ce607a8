/** Reads the instances of a process, and takes an operator's commands to resume, retry or unblock them, or to give up their commands. */
import type { DecodeError } from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Json from "@refold/core/event/Json"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { commandOf, type PendingCommand } from "@refold/core/internal/process/PendingWork"
import type { Instance } from "@refold/core/internal/process/ProcessInstance"
import type { InstanceRefusal, MessageBody } from "@refold/core/internal/process/ProcessMessage"
import { type Index, never, type ProcessRow } from "@refold/core/internal/process/ProcessRows"
import * as Process from "@refold/core/process/Process"
import type { ProcessEvent } from "@refold/core/process/ProcessEvent"
import type { RowQuery } from "@refold/core/project/RowQuery"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Handled, HandleFailure } from "../decide/CommandHandler.ts"
import type { LoadedState } from "../decide/LoadedState.ts"
import type { SnapshotStore } from "../decide/SnapshotStore.ts"
import * as State from "../decide/State.ts"
import { EventReader } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import { WireTransform } from "../log/WireTransform.ts"
import type { Page } from "../project/internal/Row.ts"
import * as ReadModel from "../project/ReadModel.ts"
import * as InstanceCache from "./internal/InstanceCache.ts"
import * as InstanceHandler from "./internal/InstanceHandler.ts"
import * as OutcomeRecorder from "./internal/OutcomeRecorder.ts"
import type { RetryableFailure, Services } from "./ProcessHandler.ts"

/**
 * The current instance: its status, its state, its pending work, and the version of its stream. An id without a stream gives
 * the initial state at version 0. Fails as `State.load` does.
 */
export const get = <Event extends Tagged, State>(
  { instances }: Process.Process<Event, State>,
  instance: string
): Effect.Effect<LoadedState<Instance<State>>, State.LoadFailure, EventReader | SnapshotStore> =>
  State.load(instances, instance)

/** The row of an instance. */
export interface InstanceRow extends Omit<ProcessRow, "due"> {
  /** When the runner acts for it next: the time of its last event for a pending command; None if nothing is pending. */
  readonly due: Option.Option<DateTime.Utc>
  /** The stored types of events that it has reacted to and that the process's codec does not have: its state leaves them out. */
  readonly unknownTypes: ReadonlyArray<string>
}

/**
 * A page of instances by `phase`, `status` or `due` time: `{ index: "phase", where: { phase: "CompensationFailed" } }`. The
 * index `due` has milliseconds since 1970, 0 for a pending command. A compensated saga has the status `Completed`.
 * Eventually consistent: the runner projects the rows. Fails as `ReadModel.query` does.
 */
export const query = <Event extends Tagged, State>(
  { rows, types }: Process.Process<Event, State>,
  rowQuery: RowQuery<Index> = {}
): Effect.Effect<Page<InstanceRow>, ReadModel.ReadRowsFailure, ReadModel.Readers> =>
  Effect.map(ReadModel.query(rows, rowQuery), (page) => ({
    ...page,
    rows: page.rows.map((row) => ({ ...row, state: instanceRowOf(row.state, types) }))
  }))

const instanceRowOf = ({ due, ...row }: ProcessRow, types: ReadonlyArray<string>): InstanceRow => ({
  ...row,
  due: due === never ? Option.none() : Option.some(due === 0 ? row.updatedAt : DateTime.makeUnsafe(due)),
  unknownTypes: row.types.filter((type) => !types.includes(type))
})

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
 * The result of an operator's command: the instance after it. Fails with an `InstanceRefusal` if the instance refuses the
 * command, and otherwise as a command handler does.
 */
export type OperatorResult<State> = Effect.Effect<
  LoadedState<Instance<State>>,
  InstanceRefusal | HandleFailure,
  Services
>

/**
 * Sends the signal `Resumed` to an instance: a saga at `CompensationFailed` retries its compensation, or continues without
 * that of a step that its definition no longer has; a saga whose current step was removed continues. `reason` is recorded.
 * Fails with `UnknownInstance` for an id without a stream, and with `InstanceCompleted`.
 */
export const resume = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string,
  reason: string
): OperatorResult<State> =>
  Effect.flatMap(DateTime.now, (at) => send(process, instance, { _tag: "Resume", reason, at }))

/**
 * Lets a parked instance react again to the triggers that wait, in their order: for use after a fix of the code. It stays
 * parked at the first trigger that fails again. Fails with `InstanceNotParked`.
 */
export const retry = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string
): OperatorResult<State> => retryFrom(process, instance, { _tag: "Retry" })

/**
 * Discards the first trigger that waits in a parked instance, permanently, and retries the later ones. `reason` is recorded.
 * Fails with `InstanceNotParked`.
 */
export const discard = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string,
  reason: string
): OperatorResult<State> => retryFrom(process, instance, { _tag: "Discard", reason })

/**
 * Gives up a pending command, such as one whose target was removed: it is not sent any more, and the process gets the signal
 * `CommandFailed`. `reason` is recorded. `command` is one of `pending.commands` of the instance. Fails with
 * `CommandNotPending` if its outcome is known, also if an earlier copy has stored events meanwhile: then
 * the command has succeeded. A handler that has effects outside the store may have had them. Fails with `InvalidInput` for an
 * empty reason.
 */
export const giveUp = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string,
  { index, sentAt, sentBy }: Pick<PendingCommand, "sentAt" | "index" | "sentBy">,
  reason: string
): Effect.fn.Return<
  LoadedState<Instance<State>>,
  InstanceRefusal | State.LoadFailure | RetryableFailure,
  Services
> {
  const problem = reason === "" ? "must not be empty" : Json.textProblem(reason)
  if (problem !== undefined) return yield* new InvalidInput({ field: "reason", rule: problem })
  const { state: { pending }, stream } = yield* get(process, instance)
  const command = commandOf(pending, { sentAt, index, ...sentBy !== undefined && { sentBy } })
  const isGivenUp = command !== undefined &&
    (yield* OutcomeRecorder.giveUp(process, InstanceHandler.of(process), { stream, instance, command }, reason))
  if (!isGivenUp) return yield* Effect.fail({ _tag: "CommandNotPending", instance } as const)
  return yield* get(process, instance)
})

// A retry of very many triggers is recorded in several steps.
const retryFrom = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string,
  message: MessageBody
): Effect.fn.Return<LoadedState<Instance<State>>, InstanceRefusal | HandleFailure, Services> {
  let handled = yield* send(process, instance, message)
  while (handled.state.pending.parked !== null && handled.events.at(-1)?._tag !== "ProcessParked") {
    handled = yield* send(process, instance, { _tag: "Retry" })
  }
  return handled
})

const send = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string,
  message: MessageBody
): Effect.fn.Return<Handled<Instance<State>, ProcessEvent>, InstanceRefusal | HandleFailure, Services> {
  const { correlationId } = (yield* InstanceCache.load(process, instance)).state.pending
  return yield* InstanceHandler.of(process)(instance, message, { metadata: { correlationId } })
})
