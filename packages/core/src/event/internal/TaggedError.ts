/** The base of the public errors. Printed by Node they show name, message, stack and fields; Effect's print fields only. */
import * as Data from "effect/Data"

// The method that `util.inspect` calls.
const inspect = Symbol.for("nodejs.util.inspect.custom")

/** As `Data.TaggedError`; the class also defines how `util.inspect`, and so `console.error`, prints its errors. */
export const TaggedError: typeof Data.TaggedError = (tag) => {
  const base = Data.TaggedError(tag)
  Object.defineProperty(base.prototype, inspect, { value: inspected, configurable: true, writable: true })
  return base
}

// A plain error with the same fields, which Node prints as any other. Its title names the tag: a field may be called `name`.
function inspected(this: Error & { readonly _tag: string }, depth: number | null): Error | string {
  const { _tag, ...fields } = Object.fromEntries(Object.entries(this))
  const title = `${this._tag}: ${this.message}`
  if (depth !== null && depth < 0) return `[${title}]`
  const frames = (this.stack ?? "").split("\n").filter((line) => /^\s+at /u.test(line))
  return Object.assign(new Error(this.message), fields, { stack: [title, ...frames].join("\n") })
}
