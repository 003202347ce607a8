/** The findings of a reconciliation so far: lists with as many entries as a report contains, and sums. */
import type { Difference, Facts, Listed, Reconciliation, Total, Unreadable } from "../LegacyReport.ts"
import { mostListed } from "./SkippedRows.ts"

/** The findings so far. */
export interface Comparison {
  rows: number
  streams: number
  events: number
  pending: number
  readonly missing: Listing<string>
  readonly extra: Listing<string>
  readonly unreadable: Listing<Unreadable>
  /** Adds facts of one side to the totals. */
  readonly add: (side: "legacy" | "events", facts: Facts) => void
  /** Adds the facts of a row and of its stream, and lists the differences. */
  readonly compare: (which: Pick<Difference, "key" | "stream">, legacy: Facts, events: Facts) => void
  /** The report, with the list of skipped rows. */
  readonly report: (skipped: Reconciliation["skipped"]) => Reconciliation
}

/** No findings yet. */
export const make = (): Comparison => {
  const totals = sums()
  const differences = listing<Difference>()
  const found: Comparison = {
    rows: 0,
    streams: 0,
    events: 0,
    pending: 0,
    missing: listing(),
    extra: listing(),
    unreadable: listing(),
    add: totals.add,
    compare: (which, legacy, events) => {
      totals.add("legacy", legacy)
      totals.add("events", events)
      for (const difference of differ(legacy, events)) differences.add({ ...which, ...difference })
    },
    report: (skipped) => {
      const { add: _, compare: _c, report: _r, ...rest } = found
      return { ...rest, ...lists({ ...rest, differences }), totals: totals.list(), skipped }
    }
  }
  return found
}

// A list of which the first entries are kept.
interface Listing<A> extends Listed<A> {
  readonly add: (item: A) => void
}

const listing = <A>(): Listing<A> => {
  const first: Array<A> = []
  let count = 0
  return {
    first,
    get count() {
      return count
    },
    add: (item) => {
      count++
      if (first.length < mostListed) first.push(item)
    }
  }
}

type Lists = Pick<Reconciliation, "differences" | "missing" | "extra" | "unreadable">

const lists = ({ differences, extra, missing, unreadable }: Lists): Lists => ({
  differences: list(differences),
  missing: list(missing),
  extra: list(extra),
  unreadable: list(unreadable)
})

const list = <A>({ count, first }: Listed<A>): Listed<A> => ({ count, first })

const differ = (legacy: Facts, events: Facts): ReadonlyArray<Pick<Difference, "fact" | "legacy" | "events">> =>
  [...new Set([...Object.keys(legacy), ...Object.keys(events)])]
    .map((fact) => ({ fact, legacy: legacy[fact], events: events[fact] }))
    .filter((sides) => sides.legacy !== sides.events)

const sums = () => {
  const totals = new Map<string, { legacy: bigint; events: bigint }>()
  return {
    add: (side: "legacy" | "events", facts: Facts): void => {
      for (const [fact, value] of Object.entries(facts)) {
        if (typeof value !== "bigint") continue
        const total = totals.get(fact) ?? { legacy: 0n, events: 0n }
        total[side] += value
        totals.set(fact, total)
      }
    },
    list: (): ReadonlyArray<Total> => [...totals].map(([fact, total]) => ({ fact, ...total }))
  }
}
