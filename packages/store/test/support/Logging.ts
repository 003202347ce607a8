// Captures log lines instead of printing them.
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"

/** `logged` receives the lines "Level: message" of the effects that are run within `capture`. */
export const logging = () => {
  const logged: Array<string> = []
  const logger = Logger.make<unknown, void>(({ logLevel, message }) => {
    logged.push(`${logLevel}: ${Array.isArray(message) ? String(message[0]) : String(message)}`)
  })
  return { logged, capture: Effect.provide(Logger.layer([logger])) }
}
