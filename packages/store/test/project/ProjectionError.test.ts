// The messages of the errors of projections: the problem, and the remedy.
import { Position } from "@refold/core/event/Position"
import * as StreamName from "@refold/core/event/StreamName"
import * as ProjectionError from "@refold/store/project/ProjectionError"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { expect, test } from "vitest"

const projection = "balances"
const stream = Result.getOrThrow(StreamName.parse("account-ada"))
const position = Position(7)

test.each([
  [
    new ProjectionError.ProjectionNotReady({ projection, checkpoint: position }),
    "projection \"balances\" is still in its first build, at position 7: wait for a position with ReadModel.awaitPosition, or try again later"
  ],
  [
    new ProjectionError.UnreadableRow({ projection, key: "ada", version: 2, reason: "Expected number" }),
    "row \"ada\" of projection \"balances\", version 2, cannot be read: Expected number. Raise the version of the projection, so that its rows are built from the events again"
  ],
  [
    new ProjectionError.AwaitTimeout({ projection, position, reached: Option.some(Position(3)) }),
    "projection \"balances\" is at position 3 and did not reach position 7 in time: check that a Projector runs it, or allow a longer timeout"
  ],
  [
    new ProjectionError.StreamParked({ projection, stream, reason: "evolve threw: oh" }),
    "projection \"balances\" has parked stream \"account-ada\": evolve threw: oh. Repair the cause and run Parked.retry, or run Parked.discard"
  ],
  [
    new ProjectionError.NotParked({ projection, stream }),
    "stream \"account-ada\" is not parked by projection \"balances\": Parked.list names the streams that are"
  ]
])("$_tag names the remedy", (error, message) => {
  expect(error.message).toBe(message)
})
