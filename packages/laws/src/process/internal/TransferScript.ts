/** Scripts for jars and transfers: commands, requests, and runners that crash or pause. */
import * as fc from "fast-check"
import type * as Sample from "../../kit/internal/Sample.ts"
import * as CrashPoint from "./CrashPoint.ts"

/** One step. Jars are identified by numbers. Each run has a new runner, this number of hours after the start. */
export type Step =
  | Request
  | { readonly _tag: "Handle"; readonly jar: number; readonly command: Sample.Command }
  | { readonly _tag: "Run"; readonly hours: number; readonly crash: CrashPoint.CrashPoint | undefined }
  | Pause

/** A runner pauses before it sends a command, and continues when another runner has finished. */
export interface Pause {
  readonly _tag: "Pause"
  /** The command before which it pauses, counted from 1. */
  readonly command: number
  /** Steps during the pause, after the other runner has finished. */
  readonly meanwhile: ReadonlyArray<Step>
}

/** A request to move coins from one jar to another. */
interface Request {
  readonly _tag: "Request"
  readonly from: number
  readonly to: number
  readonly coins: number
}

/** The number of jars. */
export const numberOfJars = 3

/** The numbers from 0 to one below this number. */
export const numbers = (length: number): ReadonlyArray<number> => Array.from({ length }, (_, index) => index)

const added = (jar: number, coins: number): Step => ({
  _tag: "Handle",
  jar,
  command: { _tag: "Add", coins, notes: [] }
})

const sealed = (jar: number): Step => ({ _tag: "Handle", jar, command: { _tag: "Seal" } })

const jar = fc.nat(numberOfJars - 1)
const coins = fc.constantFrom(1, 2, 3, 5, 9, 0)

const requested = { _tag: fc.constant("Request" as const), from: jar, to: jar }
const request: fc.Arbitrary<Request> = fc.record({ ...requested, coins })

const handle: fc.Arbitrary<Step> = fc.record({
  _tag: fc.constant("Handle" as const),
  jar,
  command: fc.oneof(
    { weight: 5, arbitrary: fc.record({ _tag: fc.constant("Add" as const), coins, notes: fc.constant([]) }) },
    { weight: 1, arbitrary: fc.record({ _tag: fc.constant("Take" as const), coins }) },
    { weight: 1, arbitrary: fc.constant({ _tag: "Seal" as const }) }
  )
})

const runs: fc.Arbitrary<Step> = fc.record({
  _tag: fc.constant("Run" as const),
  hours: fc.nat(2),
  crash: fc.option(CrashPoint.arbitrary, { freq: 9, nil: undefined })
})

const many = fc.array(
  fc.oneof({ weight: 3, arbitrary: request }, { weight: 1, arbitrary: handle }, { weight: 4, arbitrary: runs }),
  { maxLength: 12 }
)

// Coins cannot be moved to a sealed jar: the saga must compensate.
const begun = (jar: number): fc.Arbitrary<ReadonlyArray<Step>> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant([added(jar, 50)]) },
    { weight: 1, arbitrary: fc.constantFrom([], [sealed(jar)]) }
  )

/** Scripts with runners that crash. Most jars are full at first, and a few are sealed. */
export const steps: fc.Arbitrary<ReadonlyArray<Step>> = fc.tuple(
  ...numbers(numberOfJars).map(begun),
  request.map((one) => [one]),
  many
).map((parts) => parts.flat())

const pauses: fc.Arbitrary<Step> = fc.record({
  _tag: fc.constant("Pause" as const),
  command: fc.integer({ min: 1, max: 3 }),
  meanwhile: fc.array(handle, { minLength: 1, maxLength: 3 })
})

/** Scripts with runners that pause. Most jars are empty at first. */
export const withPauses: fc.Arbitrary<ReadonlyArray<Step>> = fc.array(
  fc.oneof({ weight: 3, arbitrary: request }, { weight: 1, arbitrary: handle }, { weight: 3, arbitrary: pauses }),
  { minLength: 2, maxLength: 8 }
)

/** Requests of a few transfers. */
export const requests: fc.Arbitrary<ReadonlyArray<Step>> = fc.array(request, { maxLength: 3 })

/** Scripts without runners whose outcome does not depend on the order of the transfers. */
export const orderIndependent: fc.Arbitrary<ReadonlyArray<Step>> = fc.record({
  shut: fc.subarray([...numbers(numberOfJars)]),
  // Either more coins than a jar has, or so few that no jar runs out of coins.
  requests: fc.array(fc.record({ ...requested, coins: fc.constantFrom(0, 1, 9, 1000) }), { maxLength: 6 })
}).map(({ requests, shut }) => [
  ...numbers(numberOfJars).map((jar) => added(jar, 99)),
  ...shut.map(sealed),
  ...requests
])
