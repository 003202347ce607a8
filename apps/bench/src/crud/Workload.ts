/** A random workload, determined by its seed. */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Operation } from "./Operation.ts"

/** The size of a workload. */
export interface Size {
  readonly accounts: number
  readonly operations: number
  readonly clients: number
}

/** The accounts, their opening balance, the operations, and the number of concurrent clients. */
export interface Workload extends Size {
  readonly names: ReadonlyArray<string>
  readonly opening: number
  readonly asked: ReadonlyArray<Operation>
}

const opening = 1_000_00

/** Half of it deposits and withdrawals, half of it transfers, on accounts whose names start with `prefix`. */
export const make = (prefix: string, size: Size, seed: number): Effect.Effect<Workload> => {
  const names = Array.from({ length: size.accounts }, (_, index) => `${prefix}${index}`)
  const operations = Effect.forEach(
    Array.from({ length: size.operations }, (_, index) => index),
    (index) => operation(names, index)
  )
  return Effect.map(Random.withSeed(operations, seed), (asked) => ({ ...size, names, opening, asked }))
}

const march = Date.UTC(2026, 2, 1)

const operation = Effect.fnUntraced(function*(names: ReadonlyArray<string>, index: number) {
  const first = yield* Random.nextIntBetween(0, names.length - 1)
  // Any other one.
  const second = (first + (yield* Random.nextIntBetween(1, names.length - 1))) % names.length
  const cents = yield* Random.nextIntBetween(1_00, 50_00)
  const by = `teller ${yield* Random.nextIntBetween(1, 9)}`
  const shared = { cents, by, why: `slip ${index}`, at: new Date(march + index * 1_000) }
  const [account, other] = [names[first]!, names[second]!]
  const kinds = ["Deposit", "Withdraw", "Transfer", "Transfer"] as const
  const _tag = kinds[yield* Random.nextIntBetween(0, 3)]!
  const made: Operation = _tag === "Transfer"
    ? { _tag, from: account, to: other, ...shared }
    : { _tag, account, ...shared }
  return made
})
