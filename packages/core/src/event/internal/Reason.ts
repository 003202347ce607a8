/** Reasons of failures as stores can hold them, and calls of functions that may throw. */
import * as Result from "effect/Result"

/** The longest reason, in UTF-16 units. */
export const maxLength = 2000

/**
 * The text of an error or of any other value: at most `maxLength` UTF-16 units, with `\ufffd` in place of what
 * PostgreSQL cannot store (`\u0000` and lone surrogates). Never throws.
 */
export const reasonOf = (cause: unknown): string =>
  textOf(cause).slice(0, maxLength).replaceAll("\u0000", "\ufffd").toWellFormed()

const textOf = (cause: unknown): string => {
  try {
    return String(cause)
  } catch {
    return "something that has no text"
  }
}

/** The problems that a schema finds in a value, in one line: the schema puts the place of each problem on a line of its own. */
export const ofSchema = ({ message }: { readonly message: string }): string => message.replaceAll(/\s*\n\s*/g, " ")

/**
 * The result of a function that may throw, such as one of the user's. The failure is `<thrower> threw <reason>`;
 * `thrower` is "it" by default.
 */
export const attempt = <A>(run: () => A, thrower?: string): Result.Result<A, string> =>
  attemptResult(() => Result.succeed(run()), thrower)

/** As `attempt`, for a function that gives a result of its own: its failures, or the text of what it threw. */
export const attemptResult = <A, E>(
  run: () => Result.Result<A, E>,
  thrower = "it"
): Result.Result<A, E | string> => {
  try {
    return run()
  } catch (error) {
    return Result.fail(`${thrower} threw ${reasonOf(error)}`)
  }
}
