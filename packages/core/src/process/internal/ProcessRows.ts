/** The instances of a process as rows: where each stands, and when it needs to be seen to next. */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { InvalidInput } from "../../event/InvalidInput.ts"
import * as Projection from "../../project/Projection.ts"
import { codec, type ProcessEvent } from "../ProcessEvent.ts"
import * as Agenda from "./Agenda.ts"

/** How an instance is doing: it may react, waits for somebody to repair something, or is over. */
export const Status = Schema.Literals(["Running", "Parked", "Completed"])
/** How an instance is doing. */
export type Status = typeof Status.Type

/** The row of an instance, under the name of its stream. */
export const ProcessRow = Schema.Struct({
  instance: Schema.String,
  status: Status,
  /** What the process itself says of where the instance stands; for a saga, its status. */
  phase: Schema.String,
  /** When something is to be done for it, in milliseconds since 1970: 0 for at once, `never` for nothing. */
  due: Schema.Finite,
  startedAt: Schema.DateTimeUtc,
  updatedAt: Schema.DateTimeUtc,
  agenda: Agenda.Agenda
})
/** The row of an instance. */
export type ProcessRow = typeof ProcessRow.Type

/** The `due` of an instance for which nothing is to be done. */
export const never = 8_640_000_000_000_000

/** What instances can be found by. */
export type Index = "due" | "status" | "phase"

/** The rows of a process. */
export type ProcessRows = Projection.Projection<ProcessEvent, ProcessRow, Index>

/** The projection of the instances of the process with this name. */
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
