/** The idempotency keys of a Journal: the fingerprint and result of each, and whether it expires. */
import * as DateTime from "effect/DateTime"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { IdempotencyConflict } from "../AppendError.ts"
import type * as Commit from "../Commit.ts"
import * as Fingerprint from "./Fingerprint.ts"
import * as HashedFingerprint from "./HashedFingerprint.ts"

/** The used keys. */
export type IdempotencyKeys = HashMap.HashMap<string, KeyedResult>

interface KeyedResult {
  readonly fingerprint: string
  readonly appended: Commit.Appended
  readonly neverExpires: boolean
}

/** No keys. */
export const empty: IdempotencyKeys = HashMap.empty()

/** Finds the result of the commit with this key, and this fingerprint if there is one; None if the key is new or undefined. */
export const find = (
  keys: IdempotencyKeys,
  key: string | undefined,
  fingerprint: string | undefined
): Result.Result<Option.Option<Commit.Appended>, IdempotencyConflict> => {
  if (key === undefined) return Result.succeedNone
  const known = HashMap.get(keys, key)
  if (Option.isNone(known)) return Result.succeedNone
  return fingerprint === undefined || HashedFingerprint.matches(known.value.fingerprint, fingerprint)
    ? Result.succeedSome(known.value.appended)
    : Result.fail(new IdempotencyConflict({ key }))
}

/** Adds the result of a commit, if it has a key. */
export const add = (keys: IdempotencyKeys, commit: Commit.Commit, appended: Commit.Appended): IdempotencyKeys =>
  commit.idempotency === undefined ? keys : HashMap.set(keys, commit.idempotency.key, {
    fingerprint: Fingerprint.ofCommit(commit),
    appended: Object.freeze({ ...appended, deduplicated: true }),
    neverExpires: commit.idempotency.neverExpires ?? false
  })

/** Removes the keys that expire and were first used before a time. */
export const expire = (keys: IdempotencyKeys, instant: DateTime.Utc): IdempotencyKeys =>
  HashMap.filter(
    keys,
    ({ appended, neverExpires }) =>
      neverExpires || DateTime.isGreaterThanOrEqualTo(appended.streams[0].recordedAt, instant)
  )
