/** A stored idempotency key, for tools that browse a log. */
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { invalid, type InvalidInput } from "../event/InvalidInput.ts"
import * as NewEvent from "../event/NewEvent.ts"
import type { Appended } from "./Commit.ts"
import * as ProcessKey from "./internal/ProcessKey.ts"

/** An idempotency key, and the commit that was stored under it. */
export interface StoredKey {
  readonly key: string
  /**
   * The SHA-256, as 64 hexadecimal digits, of `given:` and the given fingerprint in UTF-8; undefined if none was
   * given: then the content of the commit (streams, types and data) is the fingerprint.
   */
  readonly fingerprint: string | undefined
  /** The result of the first commit. A repeated commit returns it, marked `deduplicated`. */
  readonly answer: Appended
  /** When the key was stored, by the store's clock: the time of the first event of its commit. */
  readonly storedAt: DateTime.Utc
  /** Whether the key is kept when old keys are deleted; otherwise it expires once it is older than the keys that are kept. */
  readonly neverExpires: boolean
}

/** Checks a key to look up: 1 to 255 UTF-16 units, and not the key of a process's command. Fails with `InvalidInput`. */
export const check = (key: string): Result.Result<string, InvalidInput> =>
  Result.flatMap(
    NewEvent.checkName(key, "key"),
    (checked) =>
      ProcessKey.commandIdOf(checked) === undefined ? Result.succeed(checked) : invalid("key", ProcessKey.rule)
  )
