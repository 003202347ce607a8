/** What handling commands of several aggregates together promises on every store: all of them or none. */
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
import * as Stored from "./Stored.ts"

type Stores = EventStore | EventReader | SnapshotStore

/** Coins that are to go from one jar to another, told by their numbers. */
export interface Move {
  readonly from: number
  readonly to: number
  readonly coins: number
}

/** How many coins each jar has, and moves that are made at the same time, each so many times over under one key. */
export interface Rush {
  readonly jars: ReadonlyArray<number>
  readonly moves: ReadonlyArray<Move>
  readonly copies: number
}

/**
 * Moves are made at the same time, in several copies; some are refused. Each one that went through has left its note in
 * one jar and its coins have left the other, once; the others have left nothing.
 */
export const togetherIsAllOrNothing = Law.make<Rush, Stores>(
  "commands handled together are all stored, once, or none is",
  ({ copies, jars, moves }) =>
    Effect.gen(function*() {
      const tag = yield* Stored.freshId
      const idOf = (jar: number) => `${tag}-${jar}`
      yield* Effect.forEach(jars, (coins, jar) =>
        Together.handle([Together.part(Sample.aggregate, idOf(jar), { _tag: "Add", coins, notes: [] })]))
      const make = ({ coins, from, to }: Move, move: number) =>
        Together.handle([
          Together.part(Sample.aggregate, idOf(from), { _tag: "Take", coins }),
          Together.part(Sample.aggregate, idOf(to), { _tag: "Add", coins, notes: [`${move}`] })
        ], { idempotencyKey: `${tag}-${move}`, retries: 1000 })
      const answers = yield* Effect.forEach(
        moves,
        (move, index) =>
          Effect.all(
            Array.from({ length: copies }, () =>
              Effect.result(make(move, index))),
            {
              concurrency: "unbounded"
            }
          ),
        { concurrency: "unbounded" }
      )
      const states = yield* Effect.forEach(jars, (_, jar) => State.load(Sample.aggregate, idOf(jar)))
      const made = moves.flatMap((move, index) => answers[index]!.some(Result.isSuccess) ? [{ ...move, index }] : [])
      return {
        left: {
          jars: states.map(({ state }) => [state.coins, state.notes.toSorted()]),
          answers: answers.map(distinct)
        },
        right: {
          jars: jars.map((coins, jar) => [
            made.reduce(
              (sum, move) => sum - (move.from === jar ? move.coins : 0) + (move.to === jar ? move.coins : 0),
              coins
            ),
            made.filter(({ to }) => to === jar).map(({ index }) => `${index}`).toSorted()
          ]),
          answers: answers.map(() => 1)
        }
      }
    })
)

// Copies of a move that went through all say where it is stored; a move that is refused may go through a moment later.
const distinct = (
  answers: ReadonlyArray<Result.Result<Option.Option<{ readonly position: Position }>, unknown>>
): number => {
  const places = answers.flatMap((answer) =>
    Result.isSuccess(answer) && Option.isSome(answer.success) ? [answer.success.value.position] : []
  )
  return Math.max(1, new Set(places).size)
}
