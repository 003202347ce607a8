/** The globals of Node that the store uses. */
import { Buffer } from "buffer"

/** Defines them. Call it after Effect is loaded, which would use this `setImmediate`. */
export const define = (): void => {
  Object.assign(globalThis, {
    Buffer,
    setImmediate: (run: () => void) => setTimeout(run, 0)
  })
}
