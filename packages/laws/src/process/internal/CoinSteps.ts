/** What happens to jars and transfers, told as data: people, and runners that are killed or fall asleep. */
import * as fc from "fast-check"
import type * as Sample from "../../kit/internal/Sample.ts"
import * as Kill from "./Kill.ts"

/** What happens. Jars are told by their numbers; every run is by a runner of its own, so many hours after the start. */
export type Step =
  | Request
  | { readonly _tag: "Handle"; readonly jar: number; readonly command: Sample.Command }
  | { readonly _tag: "Run"; readonly hours: number; readonly death: Kill.Death | undefined }
  | Sleep

/** A runner falls asleep before it handles a command, and wakes when another one has done all there was to do. */
export interface Sleep {
  readonly _tag: "Sleep"
  /** Before which of its commands, counted from 1. */
  readonly command: number
  /** What people do while it sleeps, once the other runner is through. */
  readonly meanwhile: ReadonlyArray<Step>
}

/** Somebody wants coins to go from one jar to another. */
interface Request {
  readonly _tag: "Request"
  readonly from: number
  readonly to: number
  readonly coins: number
}

/** How many jars there are. */
export const numberOfJars = 3

/** The numbers below this one. */
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
  death: fc.option(Kill.death, { freq: 9, nil: undefined })
})

const many = fc.array(
  fc.oneof({ weight: 3, arbitrary: request }, { weight: 1, arbitrary: handle }, { weight: 4, arbitrary: runs }),
  { maxLength: 12 }
)

// Coins that were taken cannot be put into a sealed jar: they must go back.
const begun = (jar: number): fc.Arbitrary<ReadonlyArray<Step>> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant([added(jar, 50)]) },
    { weight: 1, arbitrary: fc.constantFrom([], [sealed(jar)]) }
  )

/** What happens to jars, most of them full to begin with and a few sealed, with runners that are killed. */
export const steps: fc.Arbitrary<ReadonlyArray<Step>> = fc.tuple(
  ...numbers(numberOfJars).map(begun),
  request.map((one) => [one]),
  many
).map((parts) => parts.flat())

const sleeps: fc.Arbitrary<Step> = fc.record({
  _tag: fc.constant("Sleep" as const),
  command: fc.integer({ min: 1, max: 3 }),
  meanwhile: fc.array(handle, { minLength: 1, maxLength: 3 })
})

/** What happens to jars, most of them empty to begin with, with runners that fall asleep. */
export const sleepy: fc.Arbitrary<ReadonlyArray<Step>> = fc.array(
  fc.oneof({ weight: 3, arbitrary: request }, { weight: 1, arbitrary: handle }, { weight: 3, arbitrary: sleeps }),
  { minLength: 2, maxLength: 8 }
)

/** What happens beside the runners, so that the end is the same in whatever order transfers are made. */
export const orderless: fc.Arbitrary<ReadonlyArray<Step>> = fc.record({
  shut: fc.subarray([...numbers(numberOfJars)]),
  // More than all transfers together, or less than that of one.
  requests: fc.array(fc.record({ ...requested, coins: fc.constantFrom(0, 1, 9, 1000) }), { maxLength: 6 })
}).map(({ requests, shut }) => [
  ...numbers(numberOfJars).map((jar) => added(jar, 99)),
  ...shut.map(sealed),
  ...requests
])
