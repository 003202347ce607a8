// A projector under adverse conditions: rebuilds that are always behind, batches that take too long, generations that are
// dropped while it runs, and few connections. It neither stops nor loses an event.
import type { ProjectionTarget } from "@refold/store/internal/project/ProjectionTarget"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import * as Stores from "../support/Stores.ts"
import * as Tally from "../support/Tally.ts"
import * as Ticks from "../support/Ticks.ts"

const { exact, generation, keepWriting, look, onDatabase, services, untilGeneration } = Ticks

test(
  "a rebuild whose steps are slower than the live rows advance is still promoted",
  onDatabase((opened) =>
    Effect.gen(function*() {
      const counting = (version: number, fold: Effect.Effect<void>): ProjectionTarget => ({
        ...Projector.targetOf(Tally.tally({ version })),
        fold: (...given) => Effect.andThen(fold, Projector.targetOf(Tally.tally({ version })).fold(...given))
      })
      yield* keepWriting(opened, 1)
      const live = yield* Effect.forkScoped(
        Projector.run(counting(1, Effect.void)).pipe(Effect.provideContext(services(opened)))
      )
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint > 0)
      yield* Effect.forkScoped(
        Projector.run(counting(2, Effect.sleep("150 millis"))).pipe(Effect.provideContext(services(opened)))
      )
      yield* untilGeneration(opened, ({ version }) => version === 2)
      expect(yield* look(opened, Tally.tally())).toMatchObject(exact)
      expect(yield* Effect.flip(Fiber.join(live))).toMatchObject({ _tag: "ProjectionOutdated" })
    })
  )
)

test(
  "a batch that exceeds the owner's idle timeout is split into smaller ones",
  onDatabase((whole) =>
    Effect.gen(function*() {
      const opened = yield* Stores.open(whole.url, { ownerIdleTimeout: "500 millis" })
      yield* Ticks.appendMany(opened, 300)
      const projection = Tally.tally({ busy: 3 })
      yield* Effect.forkScoped(Effect.provideContext(Projector.run(projection), services(opened)))
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint === 300)
      expect(yield* look(opened, Tally.tally())).toMatchObject(exact)
    })
  )
)

test(
  "an event whose rows take longer than the owner's idle timeout is folded in parts",
  onDatabase((whole) =>
    Effect.gen(function*() {
      // All rows take 4 seconds, a part of them 0.2: a busy machine may stop the program for more than a second.
      const opened = yield* Stores.open(whole.url, { ownerIdleTimeout: "3 seconds" })
      yield* opened.store.append(Stores.freshStream("tally"), [Ticks.tick(1)])
      const keys = Array.from({ length: 400 }, (_, n) => `row ${n}`)
      const projection = { ...Tally.tally({ busy: 20 }), keys: () => keys, isKeyedByStream: false }
      yield* Effect.provideContext(Projector.catchUp(projection, { batchRows: 20 }), services(opened))
      const rows = ReadModel.query(projection, { limit: 1000 }).pipe(Effect.provideContext(services(opened)))
      expect((yield* rows).rows.map(({ state }) => state.count)).toEqual(keys.map(() => 1))
    })
  )
)

test(
  "replaced rows are dropped while daemons run, and rows that were dropped by hand are built again",
  onDatabase((opened) =>
    Effect.gen(function*() {
      const projection = Tally.tally()
      yield* Ticks.appendMany(opened, 100)
      yield* Effect.forkScoped(Effect.provideContext(Projector.run(projection), services(opened)))
      yield* untilGeneration(opened, ({ checkpoint }) => checkpoint === 100)
      const old = (yield* generation(opened))!
      yield* Effect.provideContext(Stream.runDrain(Rebuild.rebuild(projection)), services(opened))
      yield* untilGeneration(opened, ({ id }) => id > old.id)
      yield* Following.until(
        Effect.map(opened.readModels.generations(), (all) => all.every(({ id }) => id > old.id))
      )
      yield* opened.readModels.drop((yield* generation(opened))!.id)
      yield* untilGeneration(opened, ({ checkpoint, id }) => id > old.id + 1 && checkpoint === 100)
      expect(yield* look(opened, projection)).toMatchObject(exact)
    })
  )
)
