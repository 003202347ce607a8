/** Tries to change what must not change: a store that holds on to what it took or gave is found out by it. */

/** A deep copy of arrays and plain objects, keys like `__proto__` included; anything else is kept as it is. */
export const copy = <A>(value: A): A => {
  // The shape stays the same.
  if (Array.isArray(value)) return value.map(copy) as A
  if (!isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)])) as A
}

/** Changes every array and plain object within a value, as far as it lets itself be changed. */
export const vandalise = (value: unknown): void => {
  if (!Array.isArray(value) && !isPlain(value)) return
  for (const key of Object.keys(value)) {
    vandalise(Reflect.get(value, key))
    // Reflect does not throw where the value is frozen.
    Reflect.set(value, key, "vandalised")
  }
  Reflect.set(value, Array.isArray(value) ? value.length : "vandal", "was here")
}

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))
