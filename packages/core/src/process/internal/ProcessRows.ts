/** The instances of a process as rows: the status, phase, due time and agenda of each. */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { InvalidInput } from "../../event/InvalidInput.ts"
import * as Projection from "../../project/Projection.ts"
import { codec, type ProcessEvent } from "../ProcessEvent.ts"
import * as Agenda from "./Agenda.ts"

/** The status of an instance: it reacts to triggers, waits for a repair, or is completed. */
export const Status = Schema.Literals(["Running", "Parked", "Completed"])
/** The status of an instance. */
export type Status = typeof Status.Type

/** The row of an instance; its key is the name of the instance's stream. */
export const ProcessRow = Schema.Struct({
  instance: Schema.String,
  status: Status,
  /** The phase of the instance; the status of a saga. */
  phase: Schema.String,
  /** When the runner must act for it, in milliseconds since 1970: 0 for pending commands, else `never` or a timeout. */
  due: Schema.Finite,
  startedAt: Schema.DateTimeUtc,
  updatedAt: Schema.DateTimeUtc,
  agenda: Agenda.Agenda
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
export const make = (process: string): Result.Result<ProcessRows, InvalidInput> =>
  Projection.make({
    name: `${process} instances`,
    version: 1,
    events: codec,
    categories: [process],
    keys: Projection.byStream,
    state: ProcessRow,
    initialState: empty,
    evolve,
    indexes: { due: ["due"], status: ["status", "due"], phase: ["phase", "due"] }
  })

const empty: ProcessRow = {
  instance: "",
  status: "Running",
  phase: "",
  due: never,
  startedAt: DateTime.makeUnsafe(0),
  updatedAt: DateTime.makeUnsafe(0),
  agenda: Agenda.empty
}

const evolve = (
  before: ProcessRow,
  event: ProcessEvent,
  { recordedAt }: Pick<Projection.Envelope, "recordedAt">
): ProcessRow => {
  const agenda = Agenda.evolve(before.agenda, event)
  return {
    instance: "instance" in event ? event.instance : before.instance,
    status: agenda.parked !== null ? "Parked" : agenda.isCompleted ? "Completed" : "Running",
    phase: agenda.phase,
    due: dueOf(agenda),
    startedAt: before.agenda.version === 0 ? recordedAt : before.startedAt,
    updatedAt: recordedAt,
    agenda
  }
}

const dueOf = ({ commands, timeouts }: Agenda.Agenda): number =>
  commands.length > 0 ? 0 : Math.min(never, ...timeouts.map(({ due }) => due.epochMilliseconds))
