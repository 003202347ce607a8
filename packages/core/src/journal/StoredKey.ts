/** What a store knows of an idempotency key that was used: for tools and people that look through a log. */
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
   * The SHA-256, as 64 hexadecimal digits, of `given:` and the fingerprint that came with the key in UTF-8; undefined where
   * none came: then the content of the commit is its fingerprint (streams, types and data).
   */
  readonly fingerprint: string | undefined
  /** The first answer, which a repeated commit gets again: marked `deduplicated`. */
  readonly answer: Appended
  /** When the key was stored, by the store's clock: the time of the first event of its commit. */
  readonly storedAt: DateTime.Utc
  /** Whether the key is kept when old keys are deleted; otherwise it expires once it is older than the keys that are kept. */
  readonly neverExpires: boolean
}

/** Checks a key to look up: 1 to 255 UTF-16 units, and none of a process's command. Fails with `InvalidInput`. */
export const check = (key: string): Result.Result<string, InvalidInput> =>
  Result.flatMap(
    NewEvent.checkName(key, "key"),
    (checked) =>
      ProcessKey.commandIdOf(checked) === undefined ? Result.succeed(checked) : invalid("key", ProcessKey.rule)
  )
