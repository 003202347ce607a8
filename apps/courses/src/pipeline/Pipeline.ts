/** The course "Pipeline": the app orders, its exercises to alter, break and fix, each checked on one run of its story. */
import type { Course } from "../Course.ts"
import * as Alter from "./AlterObjectives.ts"
import * as Break from "./BreakObjectives.ts"
import * as Focus from "./FocusObjectives.ts"

/** The event-driven pipeline. */
export const pipeline: Course = {
  name: "pipeline",
  title: "Event-driven pipeline: orders",
  objectives: [
    Focus.document,
    Focus.temporal,
    Alter.replay,
    Alter.revenue,
    Alter.migration,
    Break.duplicate,
    Break.observer,
    Break.range,
    Alter.newType
  ]
}
