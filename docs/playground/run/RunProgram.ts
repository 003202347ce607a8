/** One run of a program: compile, run on an engine, report. */
import type { Ended, Line, Problem, Program } from "../Protocol.ts"
import * as Compile from "./Compile.ts"
import type { Modules } from "./Engine.ts"
import * as Link from "./Link.ts"
import { guarded } from "./Modules.ts"
import * as Output from "./Output.ts"
import type { Recorder } from "./Recorder.ts"

/** What a run needs. */
export interface RunOptions {
  readonly modules: Modules
  readonly recorder: Recorder
  /** Shows a line. It is called for each: `Output.bounded` sets the limits. */
  readonly print: (line: Line) => void
  /** Resolves where the run is to end early, with what there is so far. */
  readonly stopped: Promise<void>
}

/** Runs a program to its end, or until it is stopped. Never rejects. */
export const run = async (program: Program, { modules, print, recorder, stopped }: RunOptions): Promise<Ended> => {
  const release = Output.capture(print)
  try {
    const problem = await Promise.race([execute(program, modules, recorder), stopped.then(() => undefined)])
    return { _tag: "Ended", problem, report: await recorder.report() }
  } finally {
    release()
  }
}

// Milliseconds that a program which is not awaited has to close its store.
const openTimeout = 1000

const execute = async (program: Program, modules: Modules, recorder: Recorder): Promise<Problem | undefined> => {
  const compiled = Compile.compile(program)
  if (Compile.isProblem(compiled)) return compiled
  const problem = await Link.run(compiled, program.files, program.entry, guarded(modules))
  if (problem === undefined) await untilClosed(recorder)
  return problem
}

const untilClosed = async ({ isOpen }: Recorder): Promise<void> => {
  for (const end = Date.now() + openTimeout; isOpen() && Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
