/** The rule of options that count events, streams, versions or positions. */
import * as Result from "effect/Result"
import { invalid, type InvalidInput } from "../../event/InvalidInput.ts"

/** Checks that the count, if given, is a whole number of 0 or more. Fails with `InvalidInput`. */
export const checkCount = (field: string, count: number | undefined): Result.Result<void, InvalidInput> =>
  count === undefined || (Number.isSafeInteger(count) && count >= 0)
    ? Result.void
    : invalid(field, "must be a whole number of 0 or more")
