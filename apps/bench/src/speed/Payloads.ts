/** The events that are appended: numbered, and of the same size for each store. */
import { randomUUID } from "node:crypto"
import type { Payload } from "./Peer.ts"

const padding = "a deposit at the counter, counted twice and put into the safe by the clerk on duty that day"

let last = 0

/** The next payload of this process: about 160 bytes, with an account out of `accounts`. */
export const next = (accounts = 1_000): Payload => {
  const n = ++last
  return { n, cents: 100 + (n % 900), account: `account-${n % accounts}`.padEnd(28, "x"), why: padding }
}

/** Several of them. */
export const many = (count: number, accounts?: number): ReadonlyArray<Payload> =>
  Array.from({ length: count }, () => next(accounts))

/** The id of a new stream. */
export const stream = (): string => randomUUID()
