// The status of a projection on a server while a transaction that has appended stays open.
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { expect, test } from "vitest"
import * as Stores from "../support/Stores.ts"
import * as Tally from "../support/Tally.ts"
import * as Ticks from "../support/Ticks.ts"

test(
  "the status has a lag and a holder while stored events are held back by an open transaction",
  Ticks.onDatabase((opened) =>
    Effect.gen(function*() {
      const tally = Tally.tally()
      const status = Effect.map(
        ProjectionStatus.of(tally),
        ({ bound, live }) => ({ bound, live: Option.getOrThrow(live) })
      )
      yield* opened.store.append(Stores.freshStream("tally"), [Ticks.tick(1)])
      yield* Projector.catchUp(tally)
      const before = yield* status
      const forgotten = yield* Stores.connect(opened.url)
      yield* forgotten`begin`
      yield* Stores.appendBySql(forgotten)
      const { position } = yield* opened.store.append(Stores.freshStream("tally"), [Ticks.tick(2)])
      yield* Projector.catchUp(tally)
      const held = yield* status
      yield* forgotten`rollback`
      yield* Projector.catchUp(tally)
      const after = yield* status
      expect(before.live).toMatchObject({ lag: 0, lagSeconds: 0, done: 1 })
      expect(held.bound).toMatchObject({
        last: position,
        heldBackBy: [{ description: expect.stringContaining("by hand") }]
      })
      expect(held.live.lag).toBe(position - held.live.position)
      expect(held.live.lag).toBeGreaterThan(0)
      expect(held.live.lagSeconds).toBeGreaterThan(0)
      expect(held.live.done).toBeLessThan(1)
      expect(after.live).toMatchObject({ position, lag: 0, lagSeconds: 0, done: 1 })
    }).pipe(Effect.provideContext(Ticks.services(opened)))
  )
)
