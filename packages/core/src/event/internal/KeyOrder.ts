/** The order in which PostgreSQL's jsonb keeps the keys of an object: the shorter in UTF-8 bytes first, then by bytes. */

/** Compares two keys as jsonb does: negative if `one` is first. JavaScript lists keys like "1" before all others anyway. */
export const keyOrder = (one: string, other: string): number => {
  const lengths = byteLength(one) - byteLength(other)
  if (lengths !== 0) return lengths
  for (let index = 0; index < one.length && index < other.length; index++) {
    const [a, b] = [one.charCodeAt(index), other.charCodeAt(index)]
    if (a !== b) return rank(a) - rank(b)
  }
  return one.length - other.length
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

// The bytes of a character outside of the basic plane come after those of all characters in it.
const rank = (unit: number): number => isSurrogate(unit) ? unit + 0x10000 : unit

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff
