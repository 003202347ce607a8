/*
 * Takes the place of `node:crypto` in the page. The driver makes names of statements from random bytes; its other
 * functions are for passwords, which a database in the page does not have.
 */
import { Buffer } from "buffer"

export const randomBytes = (size: number): Buffer => Buffer.from(crypto.getRandomValues(new Uint8Array(size)))

const absent = (): never => {
  throw new Error("A database in the page has no passwords.")
}

export { absent as createHash, absent as createHmac, absent as pbkdf2Sync }
