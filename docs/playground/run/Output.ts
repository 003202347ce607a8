/** The console of a program: each call becomes a line, up to a limit. */
import { count, limits } from "../Limits.ts"
import type { Line } from "../Protocol.ts"
import * as Show from "./Show.ts"

const levels = { log: "log", info: "log", debug: "log", warn: "warn", error: "error" } as const

/** Calls `print` with the lines of a program until one of the limits is reached, and then once with a line that says so. */
export const bounded = (print: (line: Line) => void): (line: Line) => void => {
  let lines = 0
  let size = 0
  return ({ level, text }) => {
    if (lines > limits.lines || size > limits.output) return
    lines++
    const rest = limits.output - size
    size += text.length
    if (lines <= limits.lines) print({ level, text: text.length > rest ? text.slice(0, rest) : text })
    if (lines > limits.lines || size > limits.output) {
      const most = `${count(limits.lines)} lines or ${count(limits.output)} characters`
      print({ level: "warn", text: `More output is not shown: it has more than ${most}.` })
    }
  }
}

/** Sends what the console is called with to `print`, until the returned function is called. */
export const capture = (print: (line: Line) => void): () => void => {
  const before = { ...console }
  for (const [method, level] of Object.entries(levels)) {
    console[method as keyof typeof levels] = (...values: ReadonlyArray<unknown>) =>
      print({ level, text: Show.line(values) })
  }
  return () => Object.assign(console, before)
}
