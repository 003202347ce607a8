/** The globals of Node that the store uses. */
import { Buffer } from "buffer"

/** Defines them. After Effect is loaded, which would use `setImmediate` where there is one. */
export const define = (): void => {
  Object.assign(globalThis, {
    Buffer,
    setImmediate: (run: () => void) => setTimeout(run, 0)
  })
}
