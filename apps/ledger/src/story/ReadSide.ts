/** Chapter: projections come up, fill their rows from the log so far, and from then on follow it. */
import type { ReadBound } from "@refold/store/log/EventReader"
import { EventReader } from "@refold/store/log/EventReader"
import type { ProjectionStatus } from "@refold/store/project/ProjectionStatus"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ReadModels from "../ReadSide.ts"
import { type Check, check } from "./Check.ts"

/** What the projections said of themselves. */
export interface ReadSide {
  readonly _tag: "ReadSide"
  /** Just after they were started, and once they had filled their rows. */
  readonly started: ReadonlyArray<ProjectionStatus>
  readonly filled: ReadonlyArray<ProjectionStatus>
  readonly bound: ReadBound
  readonly seconds: number
  readonly checks: ReadonlyArray<Check>
}

/** Starts the app's projections, which run until the scope closes, and waits for them. */
export const tell = Effect.fnUntraced(function*() {
  const reader = yield* EventReader
  const head = yield* reader.head
  const [duration, started] = yield* Effect.timed(Effect.gen(function*() {
    yield* ReadModels.start
    const status = yield* ReadModels.status
    yield* ReadModels.awaitAll(head)
    return status
  }))
  const filled = yield* ReadModels.status
  const bound = yield* reader.bound
  const live = filled.flatMap(({ live }) => Option.toArray(live))
  const chapter: ReadSide = {
    _tag: "ReadSide",
    started,
    filled,
    bound,
    seconds: Duration.toSeconds(duration),
    checks: [
      check(
        "every projection is live and at the head of the log",
        live.length === started.length && live.every(({ position }) => position >= head)
      ),
      check("no projection has parked a stream", live.every(({ parked }) => parked.length === 0)),
      check("nobody holds the readers back", bound.heldBackBy.length === 0)
    ]
  }
  return chapter
})
