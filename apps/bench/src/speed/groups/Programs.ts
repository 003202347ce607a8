/** Groups about whole programs, adapters in memory, and correctness. */
import { forEach, type Group } from "../Group.ts"
import { inMemory, onServer } from "../Peers.ts"
import { count, millisOf, type Scale } from "../Scale.ts"

/** The start of a program, and its memory. */
export const programs = ({ isQuick }: Scale): ReadonlyArray<Group> => {
  const events = isQuick ? 1_000 : 20_000
  const once = { compare: "refold", better: "less", isWarmedUp: false } as const
  return [
    {
      name: "start",
      title: "From the start of a program to its first stored event",
      unit: "ms",
      ...once,
      ...(isQuick ? { rounds: 2 } : {}),
      cells: forEach(onServer, "start", {}, "start")
    },
    {
      name: "start-bundled",
      title: "From the start of a bundled program to its first stored event",
      unit: "ms",
      ...once,
      ...(isQuick ? { rounds: 1 } : {}),
      cells: forEach(onServer, "bundled", {}, "start")
    },
    {
      name: "memory",
      title: `The most memory of a program that appends and loads a stream of ${count(events)} events`,
      unit: "MB",
      ...once,
      ...(isQuick ? { rounds: 1 } : {}),
      cells: forEach(onServer, "memory", { events }, "start")
    }
  ]
}

/** Adapters in memory. */
export const inProcess = (scale: Scale): ReadonlyArray<Group> => {
  const millis = millisOf(scale)
  const events = 1_000
  return [
    {
      name: "memory-append",
      title: "In memory: append one event at a time, 1 writer",
      unit: "events/s",
      better: "more",
      compare: "refold",
      cells: forEach(inMemory, "append", { millis }, "")
    },
    {
      name: "memory-hot",
      title: `In memory: load, decide and append on one stream up to ${count(events)} events`,
      unit: "commands/s",
      better: "more",
      compare: "refold",
      cells: forEach(inMemory, "hot", { events }, "")
    },
    {
      name: "memory-replay",
      title: `In memory: load a stream of ${count(events)} events`,
      unit: "ms",
      better: "less",
      compare: "refold",
      cells: forEach(inMemory, "replay", { events, millis }, "")
    }
  ]
}

/** Conflicts, and readers. */
export const promises = (scale: Scale): ReadonlyArray<Group> => {
  const shared = { unit: "wrong", better: "less", compare: "none", isWarmedUp: false } as const
  return [
    {
      ...shared,
      name: "races",
      ...(scale.isQuick ? { rounds: 1 } : {}),
      title: "16 writers append at the same version: how many were accepted beside the first",
      cells: [
        ...forEach(onServer, "races", { writers: 16, streams: scale.isQuick ? 4 : 10 }),
        ...forEach(inMemory, "races", { writers: 16, streams: scale.isQuick ? 4 : 10 }, "")
      ]
    },
    {
      ...shared,
      name: "reader",
      ...(scale.isQuick ? { rounds: 1 } : {}),
      title: "Events that a reader of the whole log never saw while 16 writers appended",
      cells: forEach(onServer, "reader", { writers: 16, millis: millisOf(scale) }, "reader")
    }
  ]
}
