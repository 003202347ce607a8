/** The laws of commands that are handled together, for several aggregates in one commit: all are stored, or none. */
import type { Position } from "@refold/core/event/Position"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import * as Together from "@refold/store/decide/Together"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Sample from "../../kit/internal/Sample.ts"
import * as Law from "../../kit/Law.ts"
import * as AggregateHistory from "./AggregateHistory.ts"

type Stores = EventStore | EventReader | SnapshotStore

/** Coins to move from one jar to another. Jars are identified by their numbers. */
export interface Move {
  readonly from: number
  readonly to: number
  readonly coins: number
}

/** The coins of each jar, and moves to make concurrently, each in a number of copies under one key. */
export interface ConcurrentMoves {
  readonly jars: ReadonlyArray<number>
  readonly moves: ReadonlyArray<Move>
  readonly copies: number
}

/**
 * Some moves are refused. Each move that succeeded has taken its coins from one jar and left its note in the other, once;
 * the others have left nothing.
 */
export const togetherIsAllOrNothing = Law.make<ConcurrentMoves, Stores>(
  "commands handled together are all stored once, or none is stored",
  ({ copies, jars, moves }) =>
    Effect.gen(function*() {
      const run = yield* AggregateHistory.freshId
      yield* Effect.forEach(jars, (coins, jar) => Together.handle([part(run, jar, { _tag: "Add", coins, notes: [] })]))
      const answers = yield* Effect.forEach(
        moves,
        (move, index) =>
          Effect.all(Array.from({ length: copies }, () => Effect.result(make(run, move, index))), unbounded),
        unbounded
      )
      const states = yield* Effect.forEach(jars, (_, jar) => State.load(Sample.aggregate, idOf(run, jar)))
      const made = moves.flatMap((move, index) => answers[index]!.some(Result.isSuccess) ? [{ ...move, index }] : [])
      return {
        left: {
          jars: states.map(({ state }) => [state.coins, state.notes.toSorted()]),
          places: answers.map(numberOfPlaces)
        },
        right: { jars: jars.map((coins, jar) => expectedJar(coins, jar, made)), places: answers.map(() => 1) }
      }
    })
)

const unbounded = { concurrency: "unbounded" } as const

const idOf = (run: string, jar: number): string => `${run}-${jar}`

const part = (run: string, jar: number, command: Sample.Command) =>
  Together.part(Sample.aggregate, idOf(run, jar), command)

const make = (run: string, { coins, from, to }: Move, index: number) =>
  Together.handle(
    [part(run, from, { _tag: "Take", coins }), part(run, to, { _tag: "Add", coins, notes: [`${index}`] })],
    { idempotencyKey: `${run}-${index}`, retries: 1000 }
  )

const expectedJar = (coins: number, jar: number, made: ReadonlyArray<Move & { readonly index: number }>) => [
  made.reduce((sum, move) => sum - (move.from === jar ? move.coins : 0) + (move.to === jar ? move.coins : 0), coins),
  made.filter(({ to }) => to === jar).map(({ index }) => `${index}`).toSorted()
]

// All successful copies of a move give the same position. Refused copies are ignored: another copy may succeed later.
const numberOfPlaces = (
  answers: ReadonlyArray<Result.Result<Option.Option<{ readonly position: Position }>, unknown>>
): number => {
  const places = answers.flatMap((answer) =>
    Result.isSuccess(answer) && Option.isSome(answer.success) ? [answer.success.value.position] : []
  )
  return Math.max(1, new Set(places).size)
}
