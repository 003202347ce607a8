import * as Sample from "../../src/kit/internal/Sample.ts"
import * as ProjectionSuite from "../../src/project/ProjectionSuite.ts"
import * as Projections from "./faults/Projections.ts"

ProjectionSuite.suite("coins by number of notes", Projections.sound, Sample)
