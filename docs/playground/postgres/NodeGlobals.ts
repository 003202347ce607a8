/** The globals of Node that the store uses. To be imported first. */
import { Buffer } from "buffer"

Object.assign(globalThis, {
  Buffer,
  setImmediate: (run: () => void) => setTimeout(run, 0),
  clearImmediate: (timer: ReturnType<typeof setTimeout>) => clearTimeout(timer)
})
