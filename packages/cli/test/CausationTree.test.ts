import * as EventId from "@refold/core/event/EventId"
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { expect, it } from "vitest"
import { arrange } from "../src/internal/commands/CausationTree.ts"

const time = DateTime.makeUnsafe(0)
const idOf = (position: number) => `00000000-0000-7000-8000-${String(position).padStart(12, "0")}`

/** An event at a position, whose cause is named by its metadata. */
const event = (position: number, stream: string, version: number, causationId?: string): RecordedEvent => ({
  id: Result.getOrThrow(EventId.parse(idOf(position))),
  stream: Result.getOrThrow(StreamName.parse(stream)),
  version: StreamVersion(version),
  position: Position(position),
  commit: Position(position),
  type: `T${position}`,
  schemaVersion: 1,
  data: null,
  metadata: causationId === undefined ? {} : { causationId },
  occurredAt: time,
  recordedAt: time
})

const drawn = (events: ReadonlyArray<RecordedEvent>) => arrange(events).map(({ branch, event }) => branch + event.type)

it("an event is below the event that caused it, or below the decision of the process that sent the command", () => {
  const events = [
    event(1, "order-1", 1),
    event(2, "flow-1", 1, idOf(1)),
    event(3, "stock-1", 1, "flow-1#1.0@abc"),
    event(4, "bill-1", 1, "flow-1#1.1"),
    event(5, "flow-1", 2, idOf(3)),
    event(6, "order-2", 1, "no such cause"),
    event(7, "mail-1", 1, idOf(1))
  ]
  expect(drawn(events.toReversed())).toEqual(["T1", "├─ T2", "│  ├─ T3", "│  │  └─ T5", "│  └─ T4", "└─ T7", "T6"])
  expect(arrange(events).map(({ causedBy, depth }) => [depth, causedBy])).toEqual(
    [[0, null], [1, idOf(1)], [2, idOf(2)], [3, idOf(3)], [2, idOf(2)], [1, idOf(1)], [0, null]]
  )
})

it("metadata that names a later event, or the event itself, makes no cycle", () => {
  expect(drawn([event(1, "a-1", 1, idOf(2)), event(2, "a-1", 2, idOf(2))])).toEqual(["T1", "T2"])
})

it("a chain of any length is drawn, and is indented up to a limit", () => {
  const chain = Array.from({ length: 5000 }, (_, index) => event(index + 1, "a-1", index + 1, idOf(index)))
  const last = arrange(chain).at(-1)!
  expect(last.depth).toBe(4999)
  expect(last.branch.length).toBeLessThan(100)
})
