/** The global of Node's that the store uses. To be imported first. */
import { Buffer } from "buffer"

Object.assign(globalThis, { Buffer })
