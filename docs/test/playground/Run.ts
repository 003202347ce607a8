/** Runs a program as the playground's worker does, in this process. */
import { examples } from "../../playground/Examples.ts"
import type { Ended, Line, Program } from "../../playground/Protocol.ts"
import * as Modules from "../../playground/run/Modules.ts"
import * as Output from "../../playground/run/Output.ts"
import * as Recorder from "../../playground/run/Recorder.ts"
import * as RunProgram from "../../playground/run/RunProgram.ts"

/** What a run gave, with the lines that it printed. */
export interface Ran extends Ended {
  readonly lines: ReadonlyArray<Line>
  /** The texts of the lines, each with a line feed. */
  readonly printed: string
}

/** Runs a program on the store in memory. */
export const run = async (program: Program, stopped: Promise<void> = new Promise(() => {})): Promise<Ran> => {
  const recorder = Recorder.make()
  const lines: Array<Line> = []
  const modules = Modules.make(recorder)
  const print = Output.bounded((line) => lines.push(line))
  const ended = await RunProgram.run(program, { modules, recorder, print, stopped })
  return { ...ended, lines, printed: lines.map(({ text }) => `${text}\n`).join("") }
}

/** Runs a program of one file, `main.ts`. */
export const runText = (text: string): Promise<Ran> => run({ entry: "main.ts", files: [{ name: "main.ts", text }] })

/** An example of the documentation. */
export const example = (name: string): Program => {
  const found = examples.get(name)
  if (found === undefined) throw new Error(`there is no example "${name}"`)
  return found
}

/** The examples with the outputs that their pages show. */
export const outputs: ReadonlyArray<readonly [name: string, output: string]> = [
  ["card", "start-memory"],
  ["promises", "start-memory"],
  ...[1, 2, 3, 4, 5, 6, 7].map((step) => [`step${step}`, `tutorial-step${step}`] as const)
]
