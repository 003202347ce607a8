/** Revisions of rows. */
import * as SecureRandom from "effect/crypto/SecureRandom"

/** A new revision, from the system's random source: revisions must differ even if tests repeat a seed or an older value is restored. */
export const make = (): string => SecureRandom.uuidV7Unsafe()
