/**
 * The bounded queue of a store's appends. Appends that have a stream in common run in the order of their arrival: an append
 * keeps its turn until its caller knows the outcome.
 */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type * as SqlError from "effect/sql/SqlError"
import type { Database } from "../../schema/internal/Database.ts"
import { AppendQueueFull } from "../AppendQueueFull.ts"
import type { AnswerRow } from "./AppendAnswer.ts"
import * as AppendLanes from "./AppendLanes.ts"
import * as AppendTicket from "./AppendTicket.ts"
import * as StreamTurns from "./StreamTurns.ts"

type Ticket = AppendTicket.Ticket

/** The bound of the queue. */
export interface Options {
  readonly size: number
  readonly whenFull: "wait" | "fail"
}

/** The default size. */
const defaultSize = 1000

/** The bound with its defaults. Fails with an `InvalidInput` that names the option and its rule. */
export const resolve = (
  { size = defaultSize, whenFull = "wait" }: {
    readonly size?: number | undefined
    readonly whenFull?: string | undefined
  }
): Result.Result<Options, InvalidInput> =>
  !Number.isSafeInteger(size) || size < 1
    ? invalid("appendQueue.size", "must be a whole number of 1 or more")
    : whenFull === "wait" || whenFull === "fail"
    ? Result.succeed({ size, whenFull })
    : invalid("appendQueue.whenFull", "must be wait or fail")

/** Sends an append once, and returns the rows of its answer. */
export type Send = Effect.Effect<ReadonlyArray<AnswerRow>, SqlError.SqlError | EventStoreError>

/** The queue. */
export interface AppendQueue {
  /** Runs the caller's part of an append, which may send it several times. Not for appends in the caller's transaction. */
  readonly use: <A, E>(
    append: AppendTicket.Append,
    caller: (send: Send) => Effect.Effect<A, E>
  ) => Effect.Effect<A, E | EventStoreError>
}

interface State {
  readonly lanes: AppendLanes.AppendLanes
  readonly turns: StreamTurns.StreamTurns<Ticket>
  /** The appends in the queue. */
  readonly inside: Set<Ticket>
  /** The appends that wait for a place in the queue, each with its continuation. */
  readonly outside: Map<Ticket, () => void>
  isClosed: boolean
}

/** The queue of a store; closing its scope interrupts the appends that are in it. */
export const make = Effect.fnUntraced(function*(
  database: Database,
  { size, whenFull }: Options
): Effect.fn.Return<AppendQueue, never, Scope.Scope> {
  const state: State = {
    lanes: AppendLanes.make(database),
    turns: StreamTurns.make(),
    inside: new Set(),
    outside: new Map(),
    isClosed: false
  }
  yield* Effect.addFinalizer(() => Effect.sync(() => close(state)))
  return {
    use: <A, E>(append: AppendTicket.Append, caller: (send: Send) => Effect.Effect<A, E>) =>
      Effect.withFiber<A, E | EventStoreError>(({ context }) => {
        const hasRoom = state.inside.size < size && state.outside.size === 0
        if (!hasRoom && whenFull === "fail") return Effect.fail(full(size))
        const ticket = makeTicket(state, append, context)
        const sent = caller(send(state, ticket))
        if (hasRoom) state.inside.add(ticket)
        return Effect.onExit(
          hasRoom ? sent : Effect.andThen(enter(state, ticket), sent),
          () => Effect.sync(() => leave(state, ticket))
        )
      })
  }
})

const makeTicket = (state: State, append: AppendTicket.Append, context: Ticket["context"]): Ticket => {
  const ticket: Ticket = {
    ...append,
    claims: AppendTicket.claims(append.commit),
    context,
    onTurn: () => {
      ticket.hasTurn = true
      AppendLanes.send(state.lanes, ticket)
    },
    resume: () => undefined,
    hasTurn: false,
    isAlone: false,
    isPending: false,
    isGone: false,
    busySince: undefined,
    busyAnswers: 0
  }
  return ticket
}

const send = (state: State, ticket: Ticket): Send =>
  Effect.callback((resume) => {
    if (state.isClosed) return resume(Effect.interrupt)
    ticket.resume = (answer) => {
      ticket.isPending = false
      resume(answer)
    }
    ticket.isPending = true
    if (!ticket.hasTurn) return state.turns.enter(ticket)
    // This append may have caused the failure of the last statement.
    ticket.isAlone = true
    ticket.busySince = undefined
    AppendLanes.send(state.lanes, ticket)
  })

const enter = (state: State, ticket: Ticket): Effect.Effect<void> =>
  Effect.callback((resume) => void state.outside.set(ticket, () => resume(Effect.void)))

const leave = (state: State, ticket: Ticket): void => {
  ticket.isGone = true
  if (ticket.isPending) AppendLanes.withdraw(state.lanes, ticket)
  state.turns.leave(ticket)
  state.outside.delete(ticket)
  if (!state.inside.delete(ticket)) return
  for (const [next, letIn] of state.outside) {
    state.outside.delete(next)
    state.inside.add(next)
    letIn()
    return
  }
}

const close = (state: State): void => {
  state.isClosed = true
  AppendLanes.close(state.lanes)
  for (const ticket of state.inside) ticket.resume(Effect.interrupt)
}

const full = (size: number): EventStoreError =>
  new EventStoreError({ operation: "append", cause: new AppendQueueFull({ size }) })
