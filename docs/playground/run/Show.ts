/** Values as text, of a bounded length. */
import { cut, limits } from "../Limits.ts"

/** A value as JSON, or as it converts to a string where it has no JSON. Never throws. */
export const json = (value: unknown): string => {
  try {
    return cut(JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part)) ?? String(value))
  } catch {
    return cut(text(value))
  }
}

/** The arguments of a call of the console: texts as they are, errors with their message, everything else as JSON. */
export const line = (values: ReadonlyArray<unknown>): string => values.map(argument).join(" ")

/** An error or another thrown value, in one line where its message has one. Never throws. */
export const problem = (thrown: unknown): string => {
  try {
    return isError(thrown) ? described(thrown) : json(thrown)
  } catch {
    return withoutText
  }
}

const described = (error: Error): string => {
  const name = text(error.name ?? "Error")
  const message = text(error.message)
  // The message of a typed error is empty where its fields say everything.
  if (message === "") return `${name} ${json(Object.fromEntries(Object.entries(error)))}`
  return cut(message.startsWith(name) ? message : `${name}: ${message}`)
}

const argument = (value: unknown): string => {
  if (typeof value === "string") return cut(value, limits.output)
  return typeof value === "object" && value !== null ? problem(value) : text(value)
}

const withoutText = "(a value without text)"

// Errors of another realm are errors, too.
const isError = (value: unknown): value is Error =>
  typeof value === "object" && value !== null && "message" in value && "stack" in value

const text = (value: unknown): string => {
  try {
    return String(value)
  } catch {
    return withoutText
  }
}
