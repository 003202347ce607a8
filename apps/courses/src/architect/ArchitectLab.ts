/** The course "Architect lab": from an append-only table to CQRS, and the questions that a table of balances cannot answer. */
import type { Course } from "../Course.ts"
import * as Capstone from "./Capstone.ts"
import * as Crud from "./Crud.ts"
import * as Log from "./LogObjectives.ts"
import * as State from "./StateObjectives.ts"

/** Event sourcing and CQRS on PostgreSQL, for architects. */
export const architectLab: Course = {
  name: "architect-lab",
  title: "Architect lab: event sourcing and CQRS",
  objectives: [
    Log.store,
    Log.commands,
    State.replay,
    State.timeTravel,
    State.snapshot,
    State.readModel,
    Crud.comparison,
    Capstone.framework
  ]
}
