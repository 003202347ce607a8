// The places of the slider, and what the log folds to there.
import { expect, it } from "vitest"
import * as Timeline from "../../playground/page/Timeline.ts"
import type { Report, ShownEvent } from "../../playground/Protocol.ts"

const event = (position: number, stream: string, version: number): ShownEvent => (
  { position, stream, version, type: "Changed", data: "{}", state: `${stream} at ${version}` }
)

const report: Report = {
  events: [event(3, "a-1", 1), event(4, "b-1", 1), event(7, "a-1", 2)],
  projections: ["names"],
  changes: [
    { projection: "names", event: 0, key: "one", row: "1" },
    { projection: "names", event: 1, key: "two", row: "2" },
    { projection: "names", event: 2, key: "one", row: undefined }
  ],
  notes: []
}

it("the slider stops before the first event and after each event, with a stream after its own events only", () => {
  expect(Timeline.stops(report)).toEqual([0, 1, 2, 3])
  expect(Timeline.stops(report, "a-1")).toEqual([0, 1, 3])
  expect(Timeline.streamsOf(report)).toEqual(["a-1", "b-1"])
})

it("before the first event there is no state and no row", () => {
  const { last, rows, streams } = Timeline.at(report, 0)
  expect([last, [...streams], [...rows.get("names")!]]).toEqual([undefined, [], []])
})

it("after an event each stream has its last state, and each row its last value", () => {
  const two = Timeline.at(report, 2)
  expect([...two.streams.values()].map(({ state }) => state)).toEqual(["a-1 at 1", "b-1 at 1"])
  expect(Object.fromEntries(two.rows.get("names")!)).toEqual({ one: "1", two: "2" })
  expect(two.changed).toEqual(new Set([Timeline.rowName("names", "two")]))
})

it("a removed row is gone", () => {
  expect(Object.fromEntries(Timeline.at(report, 3).rows.get("names")!)).toEqual({ two: "2" })
})
