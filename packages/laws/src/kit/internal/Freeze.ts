/** Freezes values that functions under test must not change. */

/** Freezes arrays and plain objects within a value. Effect's data types are left as they are. */
export const freeze = <A>(value: A): A => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value
  for (const key of Object.keys(value)) freeze(Reflect.get(value, key))
  return Object.freeze(value)
}
