/** Instances of processes as records and as rows of a table. */
import type * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as Chunk from "effect/Chunk"
import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { Shape } from "../frame/Output.ts"
import { time } from "./EventShape.ts"

/** An instance in a list. */
export const row: Shape<ProcessInstances.InstanceRow> = {
  record: ({ due, instance, parked, phase, startedAt, status, unknownTypes, updatedAt, waiting }) => ({
    instance,
    status,
    phase,
    due: Option.getOrNull(Option.map(due, time)),
    startedAt: time(startedAt),
    updatedAt: time(updatedAt),
    waiting,
    parked,
    unknownTypes
  }),
  columns: [
    { name: "instance", width: 16, show: ({ instance }) => instance },
    { name: "status", width: 10, show: ({ status }) => status },
    { name: "phase", width: 12, show: ({ phase }) => phase },
    { name: "due", width: 24, show: ({ due }) => Option.match(due, { onNone: () => "", onSome: time }) },
    { name: "waiting", isNumber: true, show: ({ waiting }) => waiting },
    { name: "parked because", show: ({ parked }) => parked?.reason ?? "" }
  ]
}

type Instance = Effect.Success<ReturnType<typeof ProcessInstances.get<{ readonly _tag: string }, unknown>>>

/** All of an instance: its state, its pending commands and timeouts, and the triggers that wait. */
export const recordOf = (
  instance: string,
  { state: { pending, state, status, unknownTypes }, version }: Instance
): Readonly<Record<string, unknown>> => ({
  instance,
  version,
  status,
  phase: pending.phase,
  correlationId: pending.correlationId,
  ...Result.isSuccess(state) ? { state: state.success } : { unreadable: state.failure },
  commands: Chunk.toReadonlyArray(pending.commands).map(({ category, command, id, index, label, sentAt }) => ({
    key: `${sentAt}.${index}`,
    label,
    target: `${category}-${id}`,
    command
  })),
  timeouts: pending.timeouts.map(({ due, name }) => ({ name, due: time(due) })),
  parked: pending.parked,
  waiting: Chunk.toReadonlyArray(pending.waiting),
  unknownTypes
})
