/** Groups about writing: appends, commits and commands. */
import { forEach, type Group } from "../Group.ts"
import { onServer } from "../Peers.ts"
import { count, millisOf, type Scale, writersOf } from "../Scale.ts"

/** Appends and commits. */
export const appends = (scale: Scale): ReadonlyArray<Group> => {
  const millis = millisOf(scale)
  const shared = { unit: "events/s", better: "more", compare: "refold" } as const
  return [
    ...[1, 16, 64, 256].map((writers): Group => ({
      ...shared,
      // Some stores take long with many writers.
      ...(scale.isQuick && writers === 256 ? { rounds: 2 } : {}),
      name: `append-${writers}`,
      title: `Append one event at a time, ${writersOf(writers)}`,
      cells: forEach(onServer, "append", { writers, millis })
    })),
    ...[{ batch: 10, writers: 16 }, { batch: 1_000, writers: scale.isQuick ? 1 : 4 }].map((
      { batch, writers }
    ): Group => ({
      ...shared,
      ...(scale.isQuick ? { rounds: batch === 1_000 ? 1 : 2 } : {}),
      name: `batch-${batch}`,
      title: `Append ${count(batch)} events at a time, ${writersOf(writers)}`,
      cells: forEach(onServer, "append", { writers, batch, millis })
    })),
    {
      ...shared,
      name: "multi-stream",
      title: "Commit one event to each of 4 streams, 16 writers",
      cells: forEach(onServer, "commit", { writers: 16, streams: 4, millis })
    }
  ]
}

/** Load, decide, append. */
export const commands = ({ isQuick, rounds }: Scale): ReadonlyArray<Group> => {
  const shared = { unit: "commands/s", better: "more", compare: "refold" } as const
  const events = isQuick ? 30 : 1_000
  return [
    {
      ...shared,
      ...(isQuick ? { rounds: 2 } : {}),
      name: "hot",
      title: `Load, decide and append on one stream up to ${count(events)} events, 1 writer`,
      cells: forEach(onServer, "hot", { events })
    },
    {
      ...shared,
      name: "cold",
      title: "Load, decide and append on streams of 20 events, 16 writers",
      cells: forEach(onServer, "cold", { writers: 16, events: 20, streams: isQuick ? 16 : 400, times: rounds })
    }
  ]
}
