/** All courses. */
import { architectLab } from "./architect/ArchitectLab.ts"
import { bank } from "./bank/Bank.ts"
import type { Course } from "./Course.ts"
import { postgresqlLab } from "./lab/PostgresqlLab.ts"
import { pipeline } from "./pipeline/Pipeline.ts"
import { tenTasks } from "./tasks/TenTasks.ts"

/** The courses, the one to begin with first. */
export const all: ReadonlyArray<Course> = [bank, postgresqlLab, architectLab, tenTasks, pipeline]
