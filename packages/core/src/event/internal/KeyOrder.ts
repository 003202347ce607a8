/** The order in which PostgreSQL's jsonb keeps the keys of an object: the shorter in UTF-8 bytes first, then by bytes. */
import { byteOrder, isSurrogate } from "./ByteOrder.ts"

/** Compares two keys as jsonb does: negative if `one` is first. JavaScript lists keys like "1" before all others anyway. */
export const keyOrder = (one: string, other: string): number => {
  const lengths = byteLength(one) - byteLength(other)
  return lengths === 0 ? byteOrder(one, other) : lengths
}

const byteLength = (key: string): number => {
  let length = key.length
  for (let index = 0; index < key.length; index++) {
    const unit = key.charCodeAt(index)
    // A surrogate is half of a character of four bytes.
    if (unit > 0x7f) length += unit > 0x7ff && !isSurrogate(unit) ? 2 : 1
  }
  return length
}
