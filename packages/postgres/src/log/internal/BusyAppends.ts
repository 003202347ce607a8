/**
 * Appends to streams that another transaction holds. They are sent again after a delay that doubles, without a connection
 * meanwhile. One at a time also waits on a connection, for a short time: only what waits gets a lock that others take again
 * and again.
 */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as SqlError from "effect/sql/SqlError"
import * as TimeLimits from "../../schema/internal/TimeLimits.ts"
import type { AnswerRow } from "./AppendAnswer.ts"
import type { Ticket } from "./AppendTicket.ts"

/** The delays in milliseconds, from the first to the longest. */
const delays = { first: 1, longest: 50 }

/** After so many milliseconds an append waits on a connection. */
const waitsAfter = 100

/** For so many milliseconds it does. */
export const waitsFor = 100

/** What the appends need. */
export interface Options {
  readonly limits: TimeLimits.TimeLimits
  readonly sendAgain: (ticket: Ticket) => void
  /** Sends an append by the statement that waits. `onEnd` is called when it has ended. */
  readonly sendWaiting: (ticket: Ticket, onEnd: () => void) => void
}

/** The appends of a store that are busy. */
export interface BusyAppends extends Options {
  readonly timers: Map<Ticket, ReturnType<typeof setTimeout>>
  /** Whether one waits on a connection. */
  isWaiting: boolean
}

/** No appends. */
export const make = (options: Options): BusyAppends => ({ ...options, timers: new Map(), isWaiting: false })

/** Whether the answer is that another transaction holds a stream or the key. */
export const isBusy = (exit: Answered): boolean => Exit.isSuccess(exit) && exit.value[0]?.outcome === "busy"

/** Whether a statement that waited for locks was ended by the server. */
export const hasWaited = (exit: Answered): boolean => {
  const error = Exit.findErrorOption(exit)
  return error._tag === "Some" && error.value.reason._tag === "LockTimeoutError"
}

type Answered = Exit.Exit<ReadonlyArray<AnswerRow>, SqlError.SqlError>

/** Sends an append again, after a delay; fails it where it has been busy for as long as a statement may wait for a lock. */
export const add = (busy: BusyAppends, ticket: Ticket): void => {
  const now = performance.now()
  ticket.busySince ??= now
  const busyFor = now - ticket.busySince
  const limit = TimeLimits.lockTimeout(busy.limits)
  if (limit > 0 && busyFor >= limit) return ticket.resume(Effect.fail(held(ticket, limit)))
  const delay = Math.min(delays.longest, delays.first * 2 ** ticket.busyAnswers++)
  busy.timers.set(
    ticket,
    setTimeout(() => {
      busy.timers.delete(ticket)
      if (busyFor < waitsAfter || busy.isWaiting) return busy.sendAgain(ticket)
      busy.isWaiting = true
      busy.sendWaiting(ticket, () => void (busy.isWaiting = false))
    }, delay)
  )
}

/** Takes back an append. */
export const remove = ({ timers }: BusyAppends, ticket: Ticket): void => {
  clearTimeout(timers.get(ticket))
  timers.delete(ticket)
}

/** Ends all delays. */
export const close = ({ timers }: BusyAppends): void => {
  for (const timer of timers.values()) clearTimeout(timer)
  timers.clear()
}

const held = ({ commit }: Ticket, limit: number): EventStoreError =>
  new EventStoreError({
    operation: "append",
    cause: new Error(
      `another transaction has held ${commit.streams.map((stream) => `"${stream}"`).join(" or ")} for ${limit} ms ` +
        "(Wait for it, or end it by pg_terminate_backend.)"
    )
  })
