/** The instances of a process as rows: the status, phase, due time and pending work of each. */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { InvalidInput } from "../../event/InvalidInput.ts"
import * as Projection from "../../project/Projection.ts"
import { codec, type ProcessEvent } from "../ProcessEvent.ts"
import * as InstanceStatus from "./InstanceStatus.ts"
import * as PendingWork from "./PendingWork.ts"

/** The row of an instance; its key is the name of the instance's stream. */
export const ProcessRow = Schema.Struct({
  instance: Schema.String,
  status: InstanceStatus.InstanceStatus,
  /** The phase of the instance; the status of a saga. */
  phase: Schema.String,
  /** When the runner must act for it, in milliseconds since 1970: 0 for pending commands, else `never` or a timeout. */
  due: Schema.Finite,
  startedAt: Schema.DateTimeUtc,
  updatedAt: Schema.DateTimeUtc,
  pending: PendingWork.PendingWork
})
/** The row of an instance. */
export type ProcessRow = typeof ProcessRow.Type

/** `due` of an instance with nothing pending. */
export const never = 8_640_000_000_000_000

/** The indexes of the rows. */
export type Index = "due" | "status" | "phase"

/** The projection of a process's instances. */
export type ProcessRows = Projection.Projection<ProcessEvent, ProcessRow, Index>

/** Makes the projection of the instances of a process. */
export const make = (
  { endPhases, name }: { readonly name: string; readonly endPhases?: ReadonlyArray<string> | undefined }
): Result.Result<ProcessRows, InvalidInput> =>
  Projection.make({
    name: `${name} instances`,
    version: 1,
    events: codec,
    categories: [name],
    keys: Projection.byStream,
    state: ProcessRow,
    initialState: empty,
    evolve: (row, event, envelope) => evolve(row, event, envelope, endPhases),
    indexes: { due: ["due"], status: ["status", "due"], phase: ["phase", "due"] }
  })

const empty: ProcessRow = {
  instance: "",
  status: "NotStarted",
  phase: "",
  due: never,
  startedAt: DateTime.makeUnsafe(0),
  updatedAt: DateTime.makeUnsafe(0),
  pending: PendingWork.empty
}

const evolve = (
  before: ProcessRow,
  event: ProcessEvent,
  { recordedAt }: Pick<Projection.Envelope, "recordedAt">,
  endPhases: ReadonlyArray<string> | undefined
): ProcessRow => {
  const pending = PendingWork.evolve(before.pending, event)
  return {
    instance: "instance" in event ? event.instance : before.instance,
    status: InstanceStatus.of(pending, endPhases),
    phase: pending.phase,
    due: dueOf(pending),
    startedAt: before.pending.version === 0 ? recordedAt : before.startedAt,
    updatedAt: recordedAt,
    pending
  }
}

const dueOf = ({ commands, timeouts }: PendingWork.PendingWork): number =>
  commands.length > 0 ? 0 : Math.min(never, ...timeouts.map(({ due }) => due.epochMilliseconds))
