/**
 * The instances of a process as rows: the status, phase and due time of each. The size of a row is constant: what its
 * instance has observed and has to do is in the instance's stream.
 */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { InvalidInput } from "../../event/InvalidInput.ts"
import * as Projection from "../../project/Projection.ts"
import { codec, type ProcessEvent, Stage } from "../ProcessEvent.ts"
import * as InstanceStatus from "./InstanceStatus.ts"

/** The row of an instance; its key is the name of the instance's stream. */
export const ProcessRow = Schema.Struct({
  instance: Schema.String,
  status: InstanceStatus.InstanceStatus,
  isCompleted: Schema.Boolean,
  /** The phase of the instance; the status of a saga. */
  phase: Schema.String,
  /** When the runner must act for it, in milliseconds since 1970: 0 for pending commands, else `never` or a timeout. */
  due: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 8_640_000_000_000_000 })),
  /** When it started, or started again. */
  startedAt: Schema.DateTimeUtc,
  updatedAt: Schema.DateTimeUtc,
  /** Why it is parked, and the number of attempts at the first waiting trigger. */
  parked: Schema.NullOr(Schema.Struct({ stage: Stage, reason: Schema.String, attempts: Schema.Int })),
  /** The number of triggers that wait while it is parked. */
  waiting: Schema.Int,
  /** The stored types of the events that it has reacted to. */
  types: Schema.Array(Schema.String)
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
  isCompleted: false,
  phase: "",
  due: never,
  startedAt: DateTime.makeUnsafe(0),
  updatedAt: DateTime.makeUnsafe(0),
  parked: null,
  waiting: 0,
  types: []
}

const evolve = (
  before: ProcessRow,
  event: ProcessEvent,
  { recordedAt }: Pick<Projection.Envelope, "recordedAt">,
  endPhases: ReadonlyArray<string> | undefined
): ProcessRow => {
  const isCompleted = isCompletedAfter(before, event)
  const waiting = event.waiting ?? 0
  const phase = event._tag === "ProcessReacted" ? event.phase ?? before.phase : before.phase
  const isStart = before.instance === "" || event._tag === "ProcessRestarted"
  return {
    instance: "instance" in event ? event.instance : before.instance,
    status: InstanceStatus.of({ isParked: waiting > 0, isCompleted, phase }, endPhases),
    isCompleted,
    phase,
    due: event.due ?? never,
    startedAt: isStart ? recordedAt : before.startedAt,
    updatedAt: recordedAt,
    parked: waiting > 0 ? parkedAfter(before, event) : null,
    waiting,
    types: typesAfter(before, event)
  }
}

const isCompletedAfter = ({ isCompleted }: ProcessRow, event: ProcessEvent): boolean => {
  switch (event._tag) {
    case "ProcessReacted":
      return isCompleted || event.decided.some(({ _tag }) => _tag === "Complete")
    case "ProcessRestarted":
      return false
    default:
      return isCompleted
  }
}

const parkedAfter = ({ parked }: ProcessRow, event: ProcessEvent): ProcessRow["parked"] => {
  switch (event._tag) {
    case "ProcessParked":
      return { stage: event.stage, reason: event.reason, attempts: (parked?.attempts ?? 0) + 1 }
    case "ProcessReacted":
    case "ProcessDiscarded":
      // The next trigger has no attempts yet.
      return parked && { ...parked, attempts: 0 }
    default:
      return parked
  }
}

const typesAfter = ({ types }: ProcessRow, event: ProcessEvent): ReadonlyArray<string> => {
  if (event._tag !== "ProcessReacted" || event.trigger._tag !== "Event") return types
  const { type } = event.trigger
  return types.includes(type) ? types : [...types, type]
}
