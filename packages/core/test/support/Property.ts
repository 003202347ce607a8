// Properties checked on random values; a failure is shrunk and reported with what replays it.
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Runs a property, which says by throwing that it does not hold, on random values. */
export const holds = <A>(arbitrary: Arbitrary.Arbitrary<A>, property: (value: A) => void, runs = 200): void => {
  const result = Effect.runSync(Arbitrary.checkEffect(
    arbitrary,
    (value) => Effect.as(Effect.try({ try: () => property(value), catch: (error) => error }), true),
    { runs, size: 40 }
  ))
  if (result._tag === "Passed") return
  const cause = result._tag === "Falsified" && result.failure._tag === "PropertyError"
    ? result.failure.error
    : undefined
  throw new Error(Arbitrary.formatCheckFailure(result), { cause })
}

/** Whole numbers in `[from, to]`. */
export const whole = (from: number, to: number): Arbitrary.Arbitrary<number> =>
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: from, maximum: to })))

/** One of these. */
export const oneOf = <const A>(...values: readonly [A, ...ReadonlyArray<A>]): Arbitrary.Arbitrary<A> =>
  // The index is one of the array's.
  Arbitrary.map(whole(0, values.length - 1), (index) => values[index]!)

/** Lists of at most so many. */
export const listOf = <A>(item: Arbitrary.Arbitrary<A>, maxLength: number): Arbitrary.Arbitrary<Array<A>> =>
  Arbitrary.array(item, { maxLength })

/** Texts that databases can hold, with the characters that they order in different ways. */
export const texts: Arbitrary.Arbitrary<string> = Arbitrary.map(
  listOf(oneOf("", "a", "b", "B", "-", "\n", "é", "\ud7ff", "\ue000", "\uff5e", "\uffff", "\u{10000}", "\u{1f600}"), 4),
  (parts) => parts.join("")
)
