/** The cost of writes, and lost updates: the same operations on all books, interleaved. */
import * as Effect from "effect/Effect"
import * as Num from "effect/Number"
import type { Books, BooksFailed } from "./Books.ts"
import * as Rounds from "./Rounds.ts"
import * as Spread from "./Spread.ts"
import * as Turn from "./Turn.ts"
import * as Workload from "./Workload.ts"

/** The result of one way to keep the books under one load. */
export interface Written {
  readonly name: string
  readonly perSecond: Spread.Spread
  /** Of operations in a second, to those of the base in the same round. */
  readonly ratio: Spread.Spread
  readonly done: number
  readonly refused: number
  /** All rounds together; in cents. */
  readonly drift: Turn.Drift
}

/** A load and the results under it. */
export interface Load extends Workload.Size {
  readonly written: ReadonlyArray<Written>
}

/** The workload, and the number of rounds. */
export interface Asked {
  /** Before the names of the accounts: of no other load, for each round has fresh ones. */
  readonly prefix: string
  readonly rounds: number
  readonly seed: number
  readonly size: Workload.Size
}

/** Measures all books under one load, and compares them with `base`, which is one of them. */
export const measure = Effect.fnUntraced(function*(
  all: ReadonlyArray<Books>,
  base: Books,
  { prefix, rounds, seed, size }: Asked
): Effect.fn.Return<Load, BooksFailed> {
  const turns = yield* Rounds.measure(
    all,
    rounds,
    (books, round) => turn(books, `${prefix}round${round}n`, seed + round, size)
  )
  const speeds = turns.map((one) => one.map(({ done, refused, seconds }) => (done + refused) / seconds))
  const basis = speeds[all.indexOf(base)] ?? []
  return { ...size, written: all.map(({ name }, index) => written(name, turns[index]!, speeds[index]!, basis)) }
})

const turn = Effect.fnUntraced(function*(books: Books, prefix: string, seed: number, size: Workload.Size) {
  const workload = yield* Workload.make(prefix, size, seed)
  yield* Turn.open(books, workload)
  return yield* Turn.run(books, workload)
})

const written = (
  name: string,
  turns: ReadonlyArray<Turn.Turn>,
  speeds: ReadonlyArray<number>,
  basis: ReadonlyArray<number>
): Written => {
  const total = (field: (turn: Turn.Turn) => number) => Num.sumAll(turns.map(field))
  return {
    name,
    perSecond: Spread.of(speeds),
    ratio: Spread.ratio(speeds, basis),
    done: total(({ done }) => done),
    refused: total(({ refused }) => refused),
    drift: {
      expected: total(({ expected }) => expected),
      actual: total(({ actual }) => actual),
      wrong: total(({ wrong }) => wrong),
      lost: total(({ lost }) => lost),
      made: total(({ made }) => made)
    }
  }
}
