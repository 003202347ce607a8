/** Changes the order of the keys of objects, as a store may: jsonb sorts them, and cached objects keep the order of the code. */

/** Returns copies of arrays and plain objects with the keys in another order; other values are kept as they are. */
export type Shuffle = <A>(value: A) => A

/** A shuffle. The same seed shuffles the same values in the same way. */
export const make = (seed: number): Shuffle => {
  const below = randomBelow(seed)
  const shuffle = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffle)
    if (!isPlain(value)) return value
    const entries = Object.entries(value).map(([key, part]) => [key, shuffle(part)] as const)
    for (let last = entries.length - 1; last > 0; last--) {
      const other = below(last + 1)
      const moved = entries[last]!
      entries[last] = entries[other]!
      entries[other] = moved
    }
    return Object.fromEntries(entries)
  }
  // The copy has the keys and values of the original.
  return <A>(value: A) => shuffle(value) as A
}

// A linear congruential generator, from Numerical Recipes.
const randomBelow = (seed: number) => {
  let state = seed >>> 0
  return (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(state / 2 ** 32 * limit)
  }
}

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))
