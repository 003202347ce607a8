/** The laws of commands that are handled together, for several aggregates in one commit: all are stored, or none. */
import type { Position } from "@refold/core/event/Position"
import type { Appended } from "@refold/core/journal/Commit"
import type * as CommandHandler from "@refold/store/decide/CommandHandler"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import * as Together from "@refold/store/decide/Together"
import type { EventReader } from "@refold/store/log/EventReader"
import * as EventStore from "@refold/store/log/EventStore"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Sample from "../../kit/internal/Sample.ts"
import * as Law from "../../kit/Law.ts"
import * as AggregateHistory from "./AggregateHistory.ts"

type Stores = EventStore.EventStore | EventReader | SnapshotStore

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

/** A function like `Together.handle`. */
export type Handle = (
  parts: NonEmptyReadonlyArray<Together.Part<Sample.Refusal>>,
  options?: Together.TogetherOptions
) => Effect.Effect<Option.Option<Appended>, Together.PartRefused<Sample.Refusal> | CommandHandler.HandleFailure, Stores>

/**
 * Some moves are refused. Each move that succeeded has taken its coins from one jar and left its note in the other, once;
 * the others have no effect.
 */
export const togetherIsAllOrNothing = (handle: Handle = Together.handle) =>
  Law.make<ConcurrentMoves, Stores>(
    "commands handled together are all stored once, or none is stored",
    ({ copies, jars, moves }) =>
      Effect.gen(function*() {
        const run = yield* AggregateHistory.freshId
        yield* Effect.forEach(jars, (coins, jar) => handle([part(run, jar, { _tag: "Add", coins, notes: [] })]))
        const answers = yield* Effect.forEach(
          moves,
          (move, index) =>
            Effect.all(Array.from({ length: copies }, () => Effect.result(make(handle, run, move, index))), unbounded),
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

/**
 * Each of several commits seals a jar, if all other jars are open: adding no coins to an open jar leads to no events, and is
 * refused for a sealed one. All commits are decided before the first is stored.
 */
export const undecidedPartsHold = (handle: Handle = Together.handle) =>
  Law.make<number, Stores>(
    "a part without events holds when the events of the other parts are stored",
    (jars) =>
      Effect.gen(function*() {
        const run = yield* AggregateHistory.freshId
        const all = Array.from({ length: jars }, (_, jar) => jar)
        const requireOpen = (jar: number) => part(run, jar, { _tag: "Add", coins: 0, notes: [] })
        const sealAlone = (jar: number) =>
          handle([part(run, jar, { _tag: "Seal" }), ...all.filter((other) => other !== jar).map(requireOpen)])
        yield* Effect.forEach(all, (jar) => handle([part(run, jar, { _tag: "Add", coins: 1, notes: [] })]))
        const together = yield* decidedTogether(jars)
        const answers = yield* together(Effect.forEach(all, (jar) => Effect.result(sealAlone(jar)), unbounded))
        const states = yield* Effect.forEach(all, (jar) => State.load(Sample.aggregate, idOf(run, jar)))
        return {
          left: {
            sealed: states.filter(({ state }) => state._tag === "Sealed").length,
            stored: answers.filter(Result.isSuccess).length,
            refused: answers.flatMap((answer) => Result.isFailure(answer) ? [refusalOf(answer.failure)] : [])
          },
          right: { sealed: 1, stored: 1, refused: all.slice(1).map(() => "IsSealed") }
        }
      })
  )

const refusalOf = (failure: Together.PartRefused<Sample.Refusal> | CommandHandler.HandleFailure): unknown =>
  "refusal" in failure ? failure.refusal._tag : failure

// The first commits wait for each other, so each was decided on the state before all of them.
const decidedTogether = (count: number) =>
  Effect.map(Effect.context<EventStore.EventStore | EventReader>(), (context) => {
    const { append: _, ...store } = Context.get(context, EventStore.EventStore)
    const decided = Deferred.makeUnsafe<void>()
    let waiting = 0
    const commit: typeof store.commit = (...args) =>
      Effect.suspend(() => {
        if (++waiting >= count) Deferred.doneUnsafe(decided, Effect.void)
        return Effect.andThen(Deferred.await(decided), store.commit(...args))
      })
    const paused = EventStore.context({ ...store, commit })
    return <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provideContext(effect, paused)
  })

const unbounded = { concurrency: "unbounded" } as const

const idOf = (run: string, jar: number): string => `${run}-${jar}`

const part = (run: string, jar: number, command: Sample.Command) =>
  Together.part(Sample.aggregate, idOf(run, jar), command)

const make = (handle: Handle, run: string, { coins, from, to }: Move, index: number) =>
  handle(
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
