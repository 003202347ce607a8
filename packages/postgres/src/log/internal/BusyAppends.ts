/**
 * Appends to streams that another transaction holds. They are sent again after a delay that doubles, without a connection
 * meanwhile. One at a time also waits on a connection, for a short time: only what waits gets a lock that others take again
 * and again.
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

/** After so many milliseconds an append may wait on a connection. */
const waitsAfter = 100

/** For so many milliseconds it does. */
const waitsFor = 100

type Answered = Exit.Exit<ReadonlyArray<AnswerRow>, SqlError.SqlError>

/** What the appends need. */
export interface Options {
  readonly database: Database.Database
  readonly sendAgain: (ticket: Ticket) => void
  /** Sends an append by a statement that waits for each lock, so many milliseconds. */
  readonly sendWaiting: (ticket: Ticket, wait: number, onExit: (exit: Answered) => void) => void
  /** Treats an answer. */
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

/** Whether the answer is that another transaction holds what the append needs. */
export const isBusy = (exit: Answered): boolean => Exit.isSuccess(exit) && exit.value[0]?.outcome === "busy"

/** Sends an append again, after a delay; fails it where it has been busy for as long as a statement may wait for a lock. */
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

// The server's error names the holder; the time that it names is only that of the last statement.
const held = ({ database }: BusyAppends, error: SqlError.SqlError): EventStoreError => {
  const { message } = Database.explain(error)
  const limit = TimeLimits.lockTimeout(database.limits)
  return new EventStoreError({
    operation: "append",
    cause: new Error(message.replace(/ for \d+ ms by /, ` for ${limit} ms by `), { cause: error })
  })
}
