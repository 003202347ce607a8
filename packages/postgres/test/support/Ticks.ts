/*
 * Writers that feed a tally, and the check that its rows are the fold of the log, at whichever position they are.
 */
import * as AsOf from "@refold/core/journal/AsOf"
import { refold } from "@refold/core/project/ProjectionFold"
import { EventReader } from "@refold/store/log/EventReader"
import * as ReadModel from "@refold/store/project/ReadModel"
import { type Generation, ReadModelStore, type Status } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { isDeepStrictEqual } from "node:util"
import { expect } from "vitest"
import * as Following from "./Following.ts"
import { freshDatabase } from "./freshDatabase.ts"
import { below } from "./Seed.ts"
import * as Stores from "./Stores.ts"
import { type Tally, tally } from "./Tally.ts"

/** A test function with a store on a database of its own. What a projector has to say of its troubles is not shown. */
export const onDatabase = <A, E>(test: (opened: Stores.Opened) => Effect.Effect<A, E, Scope.Scope>) => (): Promise<A> =>
  Effect.runPromise(quietly(Effect.scoped(
    Effect.flatMap(Effect.flatMap(freshDatabase(), (url) => Stores.open(url)), test)
  )))

/** Without the log of an effect. */
export const quietly = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.provideService(effect, References.MinimumLogLevel, "None")

type Writing = Pick<Stores.Opened, "store">
type Reading = Pick<Stores.Opened, "reader" | "readModels">

/** An event that tallies count. */
export const tick = (n: number) => Stores.event({ type: "Ticked", data: { n } })

const ticks = (count: number) => [tick(count), ...Array.from({ length: count - 1 }, (_, n) => tick(n))] as const

/** Appends a few events to one of some hundred streams. */
const appendSomewhere = ({ store }: Writing) =>
  Effect.suspend(() => store.append(Stores.streamName(`tally-${below(300)}`), ticks(1 + below(3))))

/** Appends so many events (a multiple of 100), to ten streams. */
export const appendMany = ({ store }: Writing, count: number) =>
  Effect.forEach(
    Array.from({ length: count / 100 }),
    (_, n) => store.append(Stores.streamName(`tally-${n % 10}`), ticks(100)),
    { discard: true }
  )

/** Appends again and again until it is interrupted or the scope closes, whatever becomes of each append. */
export const keepWriting = (opened: Writing, every = 2) =>
  Effect.forkScoped(Effect.forever(Effect.andThen(Effect.ignore(appendSomewhere(opened)), Effect.sleep(every))))

/** What the loops of the store package need of a store. */
export const services = ({ readModels, reader }: Reading) =>
  Context.make(EventReader, reader).pipe(Context.add(ReadModelStore, readModels))

/** The generation of a tally in this state. */
export const generation = ({ readModels }: Reading, status: Status = "Live", name = "tally") =>
  Effect.map(readModels.generations(name), (generations) => generations.find((one) => one.status === status))

/** Waits until there is a generation in this state that is as asked; not being able to look is no answer. */
export const untilGeneration = (opened: Reading, is: (one: Generation) => boolean, status?: Status, name?: string) =>
  Following.until(Effect.map(
    Effect.catchTag(generation(opened, status, name), "EventStoreError", () => Effect.undefined),
    (one) => one !== undefined && is(one)
  ))

/** All rows that readers see, by key, and the position up to which they show the log. */
const rowsOf = (opened: Reading, projection: Tally) =>
  Effect.provideContext(ReadModel.query(projection, { limit: 1000 }), services(opened))

/**
 * What readers see: the position that they are told, how many events there are up to there, and the rows that are not the
 * fold of those, each with what it must be.
 */
export const look = Effect.fnUntraced(function*(opened: Reading, projection: Tally) {
  const { position, rows } = yield* rowsOf(opened, projection)
  const log = yield* Stream.runCollect(opened.reader.readAll({ asOf: AsOf.position(position) }))
  const expected = new Map<string, unknown>(
    refold(tally({ version: rows[0]?.state.by ?? 1, byStream: projection.isKeyedByStream }), log).rows
  )
  const seen = new Map<string, unknown>(rows.map((row) => [row.key, row]))
  const wrong = [...new Set([...expected.keys(), ...seen.keys()])]
    .map((key) => ({ key, seen: seen.get(key), expected: expected.get(key) }))
    .filter(({ expected, seen }) => !isDeepStrictEqual(expected, seen))
  return { position, events: log.length, wrong, isAhead: position > (yield* opened.reader.head) }
})

/** What `look` must find. */
export const exact = { wrong: [], isAhead: false }

/**
 * Polls the rows until interrupted, by old code and new, and fails where a reader is refused, sees rows of two versions
 * at once, or an older position than before. Code of a version that was replaced stays at the last rows of its version.
 */
export const keepReading = (opened: Reading, ...projections: ReadonlyArray<Tally>) =>
  Effect.gen(function*() {
    const last = new Map<Tally, number>()
    for (let reads = 0;; reads++) {
      const projection = projections[reads % projections.length]!
      const { position, rows } = yield* rowsOf(opened, projection)
      expect(position).toBeGreaterThanOrEqual(last.get(projection) ?? 0)
      last.set(projection, position)
      expect(new Set(rows.map(({ state }) => state.by)).size).toBeLessThanOrEqual(1)
      const groups = rows.filter(({ key }) => key.startsWith("group"))
      const sum = (some: typeof rows) => some.reduce((total, { state }) => total + state.count, 0)
      // Each event is in two rows; of half a batch, or half a rebuild, it would not be so.
      expect(sum(groups) * 2).toBe(sum(rows))
      yield* Effect.sleep("5 millis")
    }
  })
