/**
 * Fingerprints of which a journal has only the hash: those of keys imported from PostgreSQL. Separate from
 * `Fingerprint`, because programs that only append need no hash function.
 */
import * as Fingerprint from "./Fingerprint.ts"
import * as Sha256 from "./Sha256.ts"

const hashPrefix = "sha256:"

/** The stored form of a fingerprint of which only the hash is known. */
export const ofHash = (sha256: string): string => `${hashPrefix}${sha256}`

/** The hash of a given fingerprint's stored form, as PostgreSQL stores it; undefined for one of content, which it renders otherwise. */
export const sha256 = (stored: string): string | undefined =>
  Fingerprint.isOfContent(stored)
    ? undefined
    : stored.startsWith(hashPrefix)
    ? stored.slice(hashPrefix.length)
    : Sha256.ofText(stored)

/** Whether a stored form is that of this fingerprint. */
export const matches = (stored: string, fingerprint: string): boolean =>
  stored === fingerprint || stored.startsWith(hashPrefix) && stored === ofHash(Sha256.ofText(fingerprint))
