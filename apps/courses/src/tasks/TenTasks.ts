/** The course "Ten tasks": five of event sourcing, five of CQRS. */
import type { Course } from "../Course.ts"
import * as Cqrs from "./CqrsTasks.ts"
import * as Events from "./EventTasks.ts"
import * as Queries from "./QueryTasks.ts"

/** Ten tasks in event sourcing and CQRS. */
export const tenTasks: Course = {
  name: "ten-tasks",
  title: "Ten tasks in event sourcing and CQRS",
  objectives: [
    Events.store,
    Events.replay,
    Events.versions,
    Queries.projection,
    Events.saga,
    Cqrs.fundamentals,
    Cqrs.commandSide,
    Queries.querySide,
    Queries.reactive,
    Queries.together
  ]
}
