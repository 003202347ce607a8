/** Revisions of rows. */
import * as SecureRandom from "effect/crypto/SecureRandom"

/** A new one: from the system's random source, for revisions must differ also where tests repeat a seed or an older value is put back. */
export const make = (): string => SecureRandom.uuidV7Unsafe()
