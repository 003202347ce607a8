/** Runs a function of the mapping, which may throw, and gives its failure as one line of text. */
import { attemptResult } from "@refold/core/internal/event/Reason"
import * as Result from "effect/Result"

/** The result; `what` names the function in the failure. */
export const attempt = <A, E extends string | { readonly message: string }>(
  what: string,
  run: () => Result.Result<A, E>
): Result.Result<A, string> =>
  Result.mapError(attemptResult(run, what), (error) => inOneLine(typeof error === "string" ? error : error.message))

// Reasons are listed one a line, and stored in a column of texts, which takes no NUL and no lone surrogate.
const inOneLine = (reason: string): string =>
  reason.replaceAll(/[\s\0]+/g, " ").trim().slice(0, maxReason).toWellFormed()

const maxReason = 500
