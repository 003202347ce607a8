/** The laws of deployments: old and new code run side by side on the same rows, and neither reads or writes the rows of the other. */
import * as Parked from "@refold/store/project/Parked"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as Effect from "effect/Effect"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as ProjectionRun from "./ProjectionRun.ts"
import type { GrowingLog } from "./ProjectorLaws.ts"
import * as SampleProjections from "./SampleProjections.ts"

const tagOf = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.match(effect, { onFailure: ({ _tag }): string | undefined => _tag, onSuccess: () => undefined })

/** After each part, old code runs and then new code. */
export const newerCodeGoesOn = Law.make(
  "where code that is too old for an event stops, newer code continues to the rows of a refold",
  ({ parts, shape }: GrowingLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const [older, newer] = [true, false].map((isOlder) => SampleProjections.make(shape, { fresh, isOlder }))
      const compared = yield* Effect.forEach(parts, ({ batchSize, entries }) =>
        Effect.gen(function*() {
          yield* ProjectionRun.append(fresh, entries)
          yield* Effect.ignore(ProjectionRun.catchUp(older!, batchSize))
          // There are no live rows before the first part is done.
          const parked = yield* Effect.orElseSucceed(Parked.list(older!), () => [])
          const wrong = parked.filter(({ reason }) => reason.includes("older than the data"))
          yield* ProjectionRun.catchUp(newer!, batchSize)
          const log = yield* ProjectionRun.log(fresh)
          return [
            [wrong, yield* ProjectionRun.observed(newer!)],
            [[], ProjectionRun.refolded(newer!, log)]
          ]
        }))
      return { left: compared.map(([observed]) => observed), right: compared.map(([, expected]) => expected) }
    })
)

/** The other definition reads one event type only. */
export const otherDefinitionsAreRefused = Law.make(
  "another definition under the same name and version is refused, and leaves the rows as they are",
  ({ parts, shape }: GrowingLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      const other = SampleProjections.make(shape, { fresh, types: ["JarSealed"] })
      yield* ProjectionRun.catchUp(projection)
      for (const { batchSize, entries } of parts) {
        yield* ProjectionRun.append(fresh, entries)
        yield* ProjectionRun.catchUp(projection, batchSize)
      }
      const tags = yield* Effect.all([
        tagOf(Projector.catchUp(other, ProjectionRun.batching)),
        tagOf(ReadModel.get(other, "0")),
        tagOf(ReadModel.query(other, { index: "byCoins" }))
      ])
      const log = yield* ProjectionRun.log(fresh)
      return {
        left: [tags, yield* ProjectionRun.observed(projection)],
        right: [tags.map(() => "DefinitionMismatch"), ProjectionRun.refolded(projection, log)]
      }
    })
)

/** The old code is stopped, and then reads. */
export const replacedRowsAreRead = Law.make(
  "after a swap, code of the former version reads the last rows of its version",
  ({ parts, shape }: GrowingLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const [one, two] = [1, 2].map((version) => SampleProjections.make(shape, { fresh, version }))
      yield* ProjectionRun.catchUp(one!)
      for (const { batchSize, entries } of parts) {
        yield* ProjectionRun.append(fresh, entries)
        yield* ProjectionRun.catchUp(one!, batchSize)
      }
      const before = yield* ProjectionRun.rows(one!)
      yield* ProjectionRun.catchUp(two!)
      for (const { entries } of parts) yield* ProjectionRun.append(fresh, entries)
      yield* ProjectionRun.catchUp(two!)
      const log = yield* ProjectionRun.log(fresh)
      return {
        left: [yield* ProjectionRun.rows(one!), yield* ProjectionRun.observed(two!)],
        right: [before, ProjectionRun.refolded(two!, log)]
      }
    })
)
