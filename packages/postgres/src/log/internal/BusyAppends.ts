/**
 * Appends to streams that another transaction holds. They are sent again after a delay that doubles, and hold no connection
 * meanwhile. One append at a time also waits for the lock on a connection, for a short time: without waiting it might never
 * get a lock that other transactions take all the time.
 */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as SqlError from "effect/sql/SqlError"
import * as Database from "../../schema/internal/Database.ts"
import * as TimeLimits from "../../schema/internal/TimeLimits.ts"
import type { AnswerRow } from "./AppendAnswer.ts"
import type { Ticket } from "./AppendTicket.ts"

/** The delays in milliseconds, from the first to the longest. */
const delays = { first: 1, longest: 50 }

/** An append may wait on a connection after being busy for this number of milliseconds. */
const waitsAfter = 100

/** The length of that wait, in milliseconds. */
const waitsFor = 100

type Answered = Exit.Exit<ReadonlyArray<AnswerRow>, SqlError.SqlError>

/** What the appends need. */
export interface Options {
  readonly database: Database.Database
  readonly sendAgain: (ticket: Ticket) => void
  /** Sends an append by a statement that waits for each lock, up to a number of milliseconds. */
  readonly sendWaiting: (ticket: Ticket, wait: number, onExit: (exit: Answered) => void) => void
  /** Handles an answer. */
  readonly answer: (ticket: Ticket, exit: Answered) => void
}

/** The appends of a store that are busy. */
export interface BusyAppends extends Options {
  readonly timers: Map<Ticket, ReturnType<typeof setTimeout>>
  /** Whether one waits on a connection. */
  isWaiting: boolean
}

/** No appends. */
export const make = (options: Options): BusyAppends => ({ ...options, timers: new Map(), isWaiting: false })

/** Whether another transaction holds a lock that the append needs. */
export const isBusy = (exit: Answered): boolean => Exit.isSuccess(exit) && exit.value[0]?.outcome === "busy"

/** Sends an append again, after a delay; fails it once it has been busy for as long as a statement may wait for a lock. */
export const add = (busy: BusyAppends, ticket: Ticket): void => {
  const now = performance.now()
  ticket.busySince ??= now
  const left = TimeLimits.lockTimeout(busy.database.limits) - (now - ticket.busySince)
  const isLast = left <= 0 && TimeLimits.lockTimeout(busy.database.limits) > 0
  const delay = isLast ? 0 : Math.min(delays.longest, delays.first * 2 ** ticket.busyAnswers++)
  busy.timers.set(
    ticket,
    setTimeout(() => {
      busy.timers.delete(ticket)
      if (isLast) wait(busy, ticket, 1, (error) => ticket.resume(Effect.fail(held(busy, error))))
      else if (now - ticket.busySince! < waitsAfter || busy.isWaiting) busy.sendAgain(ticket)
      else {
        busy.isWaiting = true
        wait(busy, ticket, waitsFor, () => add(busy, ticket))
      }
    }, delay)
  )
}

const wait = (
  busy: BusyAppends,
  ticket: Ticket,
  milliseconds: number,
  onTimeout: (error: SqlError.SqlError) => void
): void =>
  busy.sendWaiting(ticket, milliseconds, (exit) => {
    if (milliseconds === waitsFor) busy.isWaiting = false
    const error = Exit.findErrorOption(exit)
    if (error._tag === "None" || error.value.reason._tag !== "LockTimeoutError") busy.answer(ticket, exit)
    else if (!ticket.isGone) onTimeout(error.value)
  })

/** Removes an append. */
export const remove = ({ timers }: BusyAppends, ticket: Ticket): void => {
  clearTimeout(timers.get(ticket))
  timers.delete(ticket)
}

/** Ends all delays. */
export const close = ({ timers }: BusyAppends): void => {
  for (const timer of timers.values()) clearTimeout(timer)
  timers.clear()
}

// The server's error names the holder, but only the waiting time of the last statement.
const held = ({ database }: BusyAppends, error: SqlError.SqlError): EventStoreError => {
  const { message } = Database.explain(error)
  const limit = TimeLimits.lockTimeout(database.limits)
  return new EventStoreError({
    operation: "append",
    cause: new Error(message.replace(/ for \d+ ms by /, ` for ${limit} ms by `), { cause: error })
  })
}
