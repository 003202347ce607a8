/** Runs compiled files in the order of their imports. A file may await at its top level; files that import it wait. */
import type { Problem, SourceFile } from "../Protocol.ts"
import type { Compiled } from "./Compile.ts"
import type { Module, Modules } from "./Engine.ts"
import * as Show from "./Show.ts"

type Exports = Record<string, unknown>

// Indirect, so that the code sees globals only. Running a reader's code is what this is for.
// oxlint-disable-next-line no-eval
const evaluate = globalThis.eval

/** Runs a file after the files that it imports. Resolves with why it failed, or with undefined. */
export const run = async (
  compiled: ReadonlyArray<Compiled>,
  sources: ReadonlyArray<SourceFile>,
  entry: string,
  modules: Modules
): Promise<Problem | undefined> => {
  const files = new Map(compiled.map((file) => [file.name, file]))
  const done = new Map<string, Exports>()
  const resolve = (specifier: string): Module => {
    const found = done.get(nameOf(specifier)) ?? modules.get(specifier)
    if (found === undefined) throw new UnknownModule(specifier, [...modules.keys(), ...files.keys()])
    return found
  }
  const runFile = async (name: string): Promise<void> => {
    const file = files.get(name)
    if (file === undefined || done.has(name)) return
    const exports: Exports = {}
    // Before the imports, so that a cycle ends; it sees what has been exported so far.
    done.set(name, exports)
    for (const specifier of file.imports) await runFile(nameOf(specifier))
    await functionOf(file)(resolve, exports)
  }
  try {
    await runFile(entry)
    return undefined
  } catch (error) {
    return located(error, sources)
  }
}

const nameOf = (specifier: string): string => specifier.replace(/^\.\//, "")

// On one line with the code, so that lines of the stack are those of the source.
const functionOf = ({ code, name }: Compiled) =>
  evaluate(`(async (require, exports) => {${code}\n})\n//# sourceURL=${name}`) as (
    require: (specifier: string) => Module,
    exports: Exports
  ) => Promise<void>

class UnknownModule extends Error {
  readonly specifier: string
  constructor(specifier: string, known: ReadonlyArray<string>) {
    const names = known.filter((name) => !name.includes("/"))
    super(`There is no module "${specifier}" here. There are ${names.join(", ")}, and modules below the packages.`)
    this.name = "Import"
    this.specifier = specifier
  }
}

/** The problem of a thrown value, at the line of the program that its stack names first. Never throws. */
export const located = (error: unknown, sources: ReadonlyArray<SourceFile>): Problem => {
  try {
    return placeOf(error, sources)
  } catch {
    // A getter or a trap of the value failed.
    return { message: Show.problem(error) }
  }
}

const placeOf = (error: unknown, sources: ReadonlyArray<SourceFile>): Problem => {
  const message = Show.problem(error)
  if (error instanceof UnknownModule) return { message, ...importOf(error.specifier, sources) }
  const stack = typeof error === "object" && error !== null && "stack" in error ? String(error.stack) : ""
  for (const [, name, line] of stack.matchAll(/([\w.-]+\.ts):(\d+):\d+/g)) {
    if (sources.some((file) => file.name === name)) return { message, file: name, line: Number(line) }
  }
  return { message }
}

const importOf = (specifier: string, sources: ReadonlyArray<SourceFile>): Pick<Problem, "file" | "line"> => {
  for (const { name, text } of sources) {
    const line = text.split("\n").findIndex((line) =>
      line.includes(`"${specifier}"`) || line.includes(`'${specifier}'`)
    )
    if (line !== -1) return { file: name, line: line + 1 }
  }
  return {}
}
