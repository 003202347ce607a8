/** The tasks by name. */
import type { Task } from "./Task.ts"
import { append, commit, grown } from "./tasks/Append.ts"
import { races, reader } from "./tasks/Correct.ts"
import { cold, hot } from "./tasks/Handle.ts"
import { catchUp, visible } from "./tasks/Project.ts"
import { replay, snapshot } from "./tasks/Replay.ts"

/** The tasks of a process that holds a session. */
export const tasks = {
  append,
  catchUp,
  cold,
  commit,
  grown,
  hot,
  races,
  reader,
  replay,
  snapshot,
  visible
} as const satisfies Readonly<Record<string, Task>>

/** The name of a task. */
export type TaskName = keyof typeof tasks
