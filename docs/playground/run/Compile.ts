/** TypeScript to a function of its imports. Types are removed, not checked; lines stay where they are. */
import { transform } from "sucrase"
import { count, limits } from "../Limits.ts"
import type { Problem, Program, SourceFile } from "../Protocol.ts"

/** A compiled file. */
export interface Compiled {
  readonly name: string
  /** The body of an async function of `require` and `exports`. */
  readonly code: string
  /** The specifiers of its imports, without those of types. */
  readonly imports: ReadonlyArray<string>
}

/** The compiled files, or why one of them cannot be compiled. */
export const compile = ({ files }: Program): ReadonlyArray<Compiled> | Problem => {
  const size = files.reduce((sum, { text }) => sum + text.length, 0)
  if (size > limits.code) {
    return { message: `The code has ${count(size)} characters; at most ${count(limits.code)} are compiled.` }
  }
  const compiled: Array<Compiled> = []
  for (const file of files) {
    const result = compileFile(file)
    if ("message" in result) return result
    compiled.push(result)
  }
  return compiled
}

/** Whether compiling failed. */
export const isProblem = (result: ReadonlyArray<Compiled> | Problem): result is Problem => "message" in result

const compileFile = ({ name, text }: SourceFile): Compiled | Problem => {
  try {
    const { code } = transform(text, {
      transforms: ["typescript", "imports"],
      disableESTransforms: true,
      production: true,
      filePath: name
    })
    return { name, code, imports: [...code.matchAll(/\brequire\((['"])(.+?)\1\)/g)].map(([, , name]) => name!) }
  } catch (error) {
    return located(name, error instanceof Error ? error.message : String(error))
  }
}

// "Error transforming main.ts: Unexpected token (3:11)"
const located = (file: string, message: string): Problem => {
  const [, reason = message, line] = /^(?:Error transforming .*?: )?(.*?)(?: \((\d+):\d+\))?$/s.exec(message) ?? []
  return { message: reason, file, line: line === undefined ? undefined : Number(line) }
}
