/*
 * Writers of events for a tally, and the check that its rows are the fold of the log at their position.
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

/** A test function with a store on a fresh database. The logs of projectors are not shown. */
export const onDatabase = <A, E>(test: (opened: Stores.Opened) => Effect.Effect<A, E, Scope.Scope>) => (): Promise<A> =>
  Effect.runPromise(quietly(Effect.scoped(
    Effect.flatMap(Effect.flatMap(freshDatabase(), (url) => Stores.open(url)), test)
  )))

/** Suppresses the logs of an effect. */
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

/** Appends a number of events (a multiple of 100) to ten streams. */
export const appendMany = ({ store }: Writing, count: number) =>
  Effect.forEach(
    Array.from({ length: count / 100 }),
    (_, n) => store.append(Stores.streamName(`tally-${n % 10}`), ticks(100)),
    { discard: true }
  )

/** Appends repeatedly until it is interrupted or the scope closes, and ignores the outcomes. */
export const keepWriting = (opened: Writing, every = 2) =>
  Effect.forkScoped(Effect.forever(Effect.andThen(Effect.ignore(appendSomewhere(opened)), Effect.sleep(every))))

/** The services that the loops of the store package need. */
export const services = ({ readModels, reader }: Reading) =>
  Context.make(EventReader, reader).pipe(Context.add(ReadModelStore, readModels))

/** The generation of a tally in this state. */
export const generation = ({ readModels }: Reading, status: Status = "Live", name = "tally") =>
  Effect.map(readModels.generations(name), (generations) => generations.find((one) => one.status === status))

/** Waits until a generation in this state satisfies a condition; failed reads are repeated. */
export const untilGeneration = (opened: Reading, is: (one: Generation) => boolean, status?: Status, name?: string) =>
  Following.until(Effect.map(
    Effect.catchTag(generation(opened, status, name), "EventStoreError", () => Effect.undefined),
    (one) => one !== undefined && is(one)
  ))

/** All rows that readers get, by key, and the position of the log that they reflect. */
const rowsOf = (opened: Reading, projection: Tally) =>
  Effect.provideContext(ReadModel.query(projection, { limit: 1000 }), services(opened))

/**
 * The rows that readers get: their position, the number of events up to it, and the rows that differ from the fold of these
 * events, each with the expected row.
 */
export const look = Effect.fnUntraced(function*(opened: Reading, projection: Tally) {
  const { position, rows } = yield* rowsOf(opened, projection)
  const log = yield* Stream.runCollect(opened.reader.readAll({ asOf: AsOf.position(position) }))
  const expected = new Map<string, unknown>(
    refold(tally({ version: rows[0]?.state.by ?? 1, byStream: projection.isKeyedByStream }), log).rows
  )
  const actual = new Map<string, unknown>(rows.map((row) => [row.key, row]))
  const wrong = [...new Set([...expected.keys(), ...actual.keys()])]
    .map((key) => ({ key, actual: actual.get(key), expected: expected.get(key) }))
    .filter(({ actual, expected }) => !isDeepStrictEqual(expected, actual))
  return { position, events: log.length, wrong, isAhead: position > (yield* opened.reader.head) }
})

/** The expected result of `look`. */
export const exact = { wrong: [], isAhead: false }

/**
 * Polls the rows until interrupted, by old and new code, and fails if a reader is refused, or gets rows of two versions
 * at once or an older position than before. Code of a replaced version keeps reading the last rows of its version.
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
      // Each event is in two rows; after a partial batch or a partial rebuild the sums would differ.
      expect(sum(groups) * 2).toBe(sum(rows))
      yield* Effect.sleep("5 millis")
    }
  })
