/** SHA-256 as hex digits in lower case: of a text, and of lines one after the other. */
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"

/** The hash of a text in UTF-8. */
export const ofText = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)))

/** Hashes lines one by one, each with a line feed after it, as the file of these lines is hashed. Mutable. */
export interface Lines {
  readonly add: (line: string) => void
  /** The hash of the lines so far. */
  readonly hex: () => string
}

/** A hash of no lines yet. */
export const lines = (): Lines => {
  const hash = sha256.create()
  return {
    add: (line) => void hash.update(utf8ToBytes(`${line}\n`)),
    hex: () => bytesToHex(hash.clone().digest())
  }
}
