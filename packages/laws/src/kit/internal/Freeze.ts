/** Freezes arrays and plain objects within a value; Effect's data types look after themselves. */
export const freeze = <A>(value: A): A => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value
  for (const key of Object.keys(value)) freeze(Reflect.get(value, key))
  return Object.freeze(value)
}
