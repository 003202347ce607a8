/** The idempotency keys of a Journal: what each was used for, with which result, and whether that is ever forgotten. */
import * as DateTime from "effect/DateTime"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { IdempotencyConflict } from "../AppendError.ts"
import * as Commit from "../Commit.ts"

/** The keys that were used. */
export type Keys = HashMap.HashMap<string, KeyedResult>

interface KeyedResult {
  readonly fingerprint: string
  readonly appended: Commit.Appended
  readonly neverExpires: boolean
}

/** None. */
export const empty: Keys = HashMap.empty()

/** The result of the commit that used this key with this fingerprint; None for a new key, or without one. */
export const find = (
  keys: Keys,
  key: string | undefined,
  fingerprint: string
): Result.Result<Option.Option<Commit.Appended>, IdempotencyConflict> => {
  if (key === undefined) return Result.succeedNone
  const known = HashMap.get(keys, key)
  if (Option.isNone(known)) return Result.succeedNone
  return known.value.fingerprint === fingerprint
    ? Result.succeedSome(known.value.appended)
    : Result.fail(new IdempotencyConflict({ key }))
}

/** With the result of a commit, where it has a key. */
export const remember = (keys: Keys, commit: Commit.Commit, appended: Commit.Appended): Keys =>
  commit.idempotency === undefined ? keys : HashMap.set(keys, commit.idempotency.key, {
    fingerprint: Commit.fingerprint(commit),
    appended: Object.freeze({ ...appended, deduplicated: true }),
    neverExpires: commit.idempotency.neverExpires ?? false
  })

/** Without those that were first used before an instant and may expire. */
export const forget = (keys: Keys, instant: DateTime.Utc): Keys =>
  HashMap.filter(
    keys,
    ({ appended, neverExpires }) =>
      neverExpires || DateTime.isGreaterThanOrEqualTo(appended.streams[0].recordedAt, instant)
  )
