/** The order of texts by their bytes in UTF-8, as in PostgreSQL's collation "C". */

/** Compares two texts by their bytes: negative if `one` is first. */
export const byteOrder = (one: string, other: string): number => {
  for (let index = 0; index < one.length && index < other.length; index++) {
    const [a, b] = [one.charCodeAt(index), other.charCodeAt(index)]
    if (a !== b) return rank(a) - rank(b)
  }
  return one.length - other.length
}

// The bytes of a character outside of the basic plane come after those of all characters in it.
const rank = (unit: number): number => isSurrogate(unit) ? unit + 0x10000 : unit

/** Whether a UTF-16 unit is half of a character. */
export const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff
