/** Interleaved measurements, each round in another order, so that noise affects all alike. */
import * as Effect from "effect/Effect"

/** Measures each thing once in each round; returns the values of each thing, in the order of the rounds. */
export const measure = Effect.fnUntraced(function*<Thing, Value, E, R>(
  things: ReadonlyArray<Thing>,
  rounds: number,
  once: (thing: Thing, round: number) => Effect.Effect<Value, E, R>
): Effect.fn.Return<ReadonlyArray<ReadonlyArray<Value>>, E, R> {
  const values = things.map((): Array<Value> => [])
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < things.length; turn++) {
      const index = (round + turn) % things.length
      values[index]!.push(yield* once(things[index]!, round))
    }
  }
  return values
})
