/** The words of the chapters about projections at work: filling, rebuilding, failing, and filling another store. */
import type { ProjectionStatus } from "@refold/store/project/ProjectionStatus"
import * as Option from "effect/Option"
import { format } from "../Amount.ts"
import type { PoisonedEvents } from "../story/PoisonedEvents.ts"
import type { ReadSide } from "../story/ReadSide.ts"
import type { Rebuilding } from "../story/Rebuilding.ts"
import type { TwoStores } from "../story/TwoStores.ts"
import * as Table from "./Table.ts"

const count = (n: number): string => Math.round(n).toLocaleString("en-US")

/** What there is to tell of this chapter. */
export const readSide = ({ bound, filled, seconds, started }: ReadSide): ReadonlyArray<string> => [
  `Four projections fold the log into rows of their own. Just started, and ${seconds.toFixed(1)} s later:`,
  "",
  ...Table.lines(
    ["projection", "version", "at first", "position", "lag", "events/s", "parked"],
    filled.map((status, index) => {
      const before = started[index]
      return [
        status.projection,
        ...Option.match(status.live, {
          onNone: () => ["", "", "", "", "", ""],
          onSome: ({ lag, parked, position, rate, version }) => [
            String(version),
            before === undefined ? "" : phase(before),
            count(position),
            count(lag),
            count(rate),
            count(parked.length)
          ]
        })
      ]
    })
  ),
  "",
  `The log ends at ${count(bound.head)}` +
  (bound.heldBackBy.length === 0
    ? ", and nobody holds its readers back."
    : `; ${bound.heldBackBy.length} hold it back.`)
]

const phase = ({ building, live }: ProjectionStatus): string =>
  Option.match(Option.orElse(live, () => building), {
    onNone: () => "",
    onSome: ({ done }) => `${Option.isSome(live) ? "live" : "filling"}, ${Math.round(done * 100)} %`
  })

/** What there is to tell of this chapter. */
export const rebuilding = (
  { after, before, during, interruptedAt, outdated, rate, resumedAt, total }: Rebuilding
): ReadonlyArray<string> => [
  "The totals of an earlier release left interest and fees out. The repaired code says version 2, and its rows are",
  "filled beside the old ones:",
  "",
  ...Table.lines(
    ["what readers see, in CZK", "deposited", "withdrawn", "movements"],
    [
      ["before", before],
      [`at each of ${during.length} looks meanwhile`, during.at(-1) ?? before],
      ["after", after]
    ].map(([when, sums]) =>
      typeof when === "string" && typeof sums === "object"
        ? [when, format(sums.deposited), format(sums.withdrawn), count(sums.count)]
        : []
    )
  ),
  "",
  `Broken off at position ${count(interruptedAt)} of ${count(total)}, it goes on from there: the next batch ends at`,
  `${count(resumedAt)}. It comes to ${count(rate)} events/s.`,
  `The old code is told: ${outdated?.message ?? "nothing"}.`
]

/** What there is to tell of this chapter. */
export const poisonedEvents = (
  { again, degraded, discarded, others, parked }: PoisonedEvents
): ReadonlyArray<string> => [
  "A new projection takes every balance for an amount, which is never below 0. Overdrawn accounts wait, the others",
  `do not: ${count(others)} have their rows, ${count(parked.length)} are parked` +
  (Option.isSome(degraded) ? ", and the projection is at the head of the log. The first of them:" : "."),
  "",
  ...Table.lines(
    ["stream", "from version", "type", "stage", "reason"],
    parked.slice(0, 4).map(({ reason, stage, stream, type, version }) => [
      stream,
      String(version),
      type,
      stage,
      short(reason)
    ])
  ),
  "",
  `Ada's, tried again, fails again (attempt ${
    Option.match(again, { onNone: () => 0, onSome: ({ attempts }) => attempts })
  }). Then the code is repaired, and all streams`,
  "are tried once more. One event is left out for good:",
  "",
  ...Table.lines(
    ["stream", "version", "reason"],
    discarded.map(({ reason, stream, version }) => [stream, String(version), reason])
  )
]

const short = (text: string): string => {
  const [line = ""] = text.split("\n")
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}

/** What there is to tell of this chapter. */
export const twoStores = ({ accounts, events, rows, unequal }: TwoStores): ReadonlyArray<string> => [
  `${count(events)} events are copied into a store in memory. Of ${count(accounts)} accounts, loaded from both, ` +
  `${unequal.length} differ` + (unequal.length === 0 ? "." : `: ${unequal.slice(0, 10).join(", ")}.`),
  "The same projections fill rows there:",
  "",
  ...Table.lines(
    ["projection", "rows", "unequal"],
    rows.map(({ count: all, projection, unequal }) => [projection, count(all), count(unequal.length)])
  )
]
