/** Logs requests that failed by a fault of the service, with the reason in one line. */
import * as Effect from "effect/Effect"
import type { Problem } from "../Problem.ts"
import * as ErrorTable from "./ErrorTable.ts"

/**
 * Logs the method, the path without its query, and the error with its causes: at Warn if the failure may be transient
 * (503), otherwise at Error. The whole error is logged at Debug.
 */
export const log = (
  { method, url }: Request,
  { status }: Pick<Problem, "status">,
  { all, error }: { readonly error: unknown; readonly all: unknown }
): Effect.Effect<void> => {
  const request = ErrorTable.printable(`${method} ${new URL(url).pathname}`)
  const line = `${request} was answered with ${status}: ${reasonOf(error)}`
  return Effect.andThen(Effect.logWithLevel(status === 503 ? "Warn" : "Error")(line), Effect.logDebug(all))
}

// An error and its causes in one line: only their tags if the message of one quotes stored data, since an outer message may
// have it, too.
const reasonOf = (error: unknown): string => {
  const chain: Array<Error> = []
  for (let one = error; one instanceof Error && chain.length < 5; one = one.cause) chain.push(one)
  if (chain.some((one) => ErrorTable.mappings[nameOf(one)]?.quotesData === true)) {
    return chain.map(nameOf).join(", caused by ")
  }
  const parts: Array<string> = []
  for (const one of chain) {
    if (parts.every((part) => !part.includes(one.message))) parts.push(`${nameOf(one)}: ${one.message}`)
  }
  return parts.length === 0 ? "what was thrown is no Error" : ErrorTable.printable(parts.join(", caused by "))
}

const nameOf = (error: Error): string => {
  const tag: unknown = Reflect.get(error, "_tag")
  return typeof tag === "string" ? tag : error.name
}
