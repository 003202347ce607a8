import * as ProjectionSuite from "../src/ProjectionSuite.ts"
import * as Sample from "../src/Sample.ts"
import * as Projections from "./faults/Projections.ts"

ProjectionSuite.suite("coins by number of notes", Projections.sound, { events: Sample.events })
