/** Mutates objects that were passed to a store or returned by it, so that a store that shares them with its callers fails a law. */

/** A deep copy of arrays and plain objects, keys such as `__proto__` included. Other values are kept as they are. */
export const deepCopy = <A>(value: A): A => {
  // The copy has the shape of the original.
  if (Array.isArray(value)) return value.map(deepCopy) as A
  if (!isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deepCopy(item)])) as A
}

/** Changes every array and plain object within a value, unless it is frozen. */
export const mutateDeeply = (value: unknown): void => {
  if (!Array.isArray(value) && !isPlain(value)) return
  for (const key of Object.keys(value)) {
    mutateDeeply(Reflect.get(value, key))
    // Reflect does not throw if the value is frozen.
    Reflect.set(value, key, "mutated")
  }
  Reflect.set(value, Array.isArray(value) ? value.length : "mutated", true)
}

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))
