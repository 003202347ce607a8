/** Groups about reading: loads and projections, and appends to logs of different lengths. */
import { cell, forEach, type Group } from "../Group.ts"
import { onServer, type PeerName } from "../Peers.ts"
import { count, millisOf, type Scale } from "../Scale.ts"

/** Loads of one stream. */
export const loads = (scale: Scale): ReadonlyArray<Group> => {
  const millis = millisOf(scale)
  const shared = { unit: "ms", better: "less" } as const
  const lengths = scale.isQuick ? [10, 1_000] : [10, 1_000, 10_000, 100_000]
  const events = scale.isQuick ? 1_000 : 10_000
  return [
    ...lengths.map((events): Group => ({
      ...shared,
      compare: "refold",
      name: `replay-${events}`,
      title: `Load a stream of ${count(events)} events`,
      cells: forEach(onServer, "replay", { events, millis })
    })),
    {
      ...shared,
      compare: "first",
      name: "snapshot",
      title: `Load ${count(events)} events, and the same by a snapshot and 10 events after it`,
      cells: [
        cell("refold", "replay", { events, millis }, "main", "all events"),
        cell("refold", "snapshot", { events, millis }, "main", "snapshot")
      ]
    }
  ]
}

/** Building rows, and keeping them up to date. */
export const projections = ({ isQuick }: Scale): ReadonlyArray<Group> => {
  const [events, millis] = isQuick ? [4_000, 1_000] : [100_000, 10_000]
  return [
    ...[1_000, 100_000].map((rows): Group => ({
      name: `catch-up-${rows}`,
      title: `Build ${count(rows)} rows from a log of ${count(events)} events, or as far as ${millis / 1_000} s reach`,
      unit: "events/s",
      better: "more",
      compare: "refold",
      ...(isQuick ? { rounds: 2, isWarmedUp: false } : {}),
      cells: forEach(onServer, "catchUp", { events, rows, millis }, "log")
    })),
    {
      name: "visible",
      title: "From the acknowledgement of an append to its row",
      unit: "ms",
      better: "less",
      compare: "refold",
      ...(isQuick ? { rounds: 2, isWarmedUp: false } : {}),
      cells: forEach(onServer, "visible", { times: isQuick ? 3 : 30 }, "visible")
    }
  ]
}

/** Whether an append costs more in a longer log. */
export const growth = (scale: Scale): Group => {
  const sizes = scale.isQuick ? [1_000, 10_000] : [10_000, 100_000, 1_000_000, ...(scale.isHuge ? [5_000_000] : [])]
  const grown: ReadonlyArray<PeerName> = ["refold", "raw"]
  return {
    name: "growth",
    title: "Append one event to a log that has grown, 1 writer",
    unit: "ms",
    better: "less",
    compare: "first",
    cells: grown.flatMap((peer) =>
      sizes.map((events) =>
        cell(peer, "grown", { events, millis: millisOf(scale) }, `log_of_${events}`, `${count(events)} stored`)
      )
    )
  }
}
