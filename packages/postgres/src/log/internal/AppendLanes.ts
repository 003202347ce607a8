/**
 * Group commit: appends that have their turn while earlier statements are in flight are sent together in the next statement.
 * Each append gets its own answer, also if the statement that carried it has failed.
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type * as SqlError from "effect/sql/SqlError"
import * as Database from "../../schema/internal/Database.ts"
import type { Rows } from "../../schema/internal/Query.ts"
import * as TimeLimits from "../../schema/internal/TimeLimits.ts"
import type { AnswerRow } from "./AppendAnswer.ts"
import * as AppendBatch from "./AppendBatch.ts"
import * as AppendStatements from "./AppendStatements.ts"
import type { Ticket } from "./AppendTicket.ts"
import * as BusyAppends from "./BusyAppends.ts"

/** The appending statements of a store: in flight and next. */
export interface AppendLanes {
  readonly database: Database.Database
  readonly statements: AppendStatements.Statements
  /** The appends that have their turn and wait for a lane, in order. */
  readonly ready: Array<Ticket>
  /** The statements in flight. */
  readonly fibers: Set<Fiber.Fiber<unknown, unknown>>
  /** The number of batches in flight. */
  batches: number
  /** The number of events in these batches. */
  sent: number
  /** Whether the next batch is made in the next turn of the event loop. */
  isScheduled: boolean
  /** The appends to streams that other transactions hold. */
  readonly busy: BusyAppends.BusyAppends
}

// One is written to disk while the next one is executed. More batches would only be smaller.
const maxBatches = 2

// Fewer events than this are not divided: the fixed cost of a batch is that of five events.
const smallBatch = 16

/** Lanes without appends. */
export const make = (database: Database.Database): AppendLanes => {
  const lanes: AppendLanes = {
    database,
    statements: AppendStatements.make(database),
    ready: [],
    fibers: new Set(),
    batches: 0,
    sent: 0,
    isScheduled: false,
    busy: BusyAppends.make({
      database,
      sendAgain: (ticket) => send(lanes, ticket),
      sendWaiting: (ticket, wait, onExit) => run(lanes, ticket, ticket.statement({ wait, shareGuards: true }), onExit),
      answer: (ticket, exit) => answer(lanes, ticket, exit)
    })
  }
  return lanes
}

/** Sends an append that has its turn: in the next batch, or at once on a connection of its own. */
export const send = (lanes: AppendLanes, ticket: Ticket): void => {
  if (ticket.isBatchable) {
    lanes.ready.push(ticket)
    schedule(lanes)
  } else run(lanes, ticket, ticket.statement({ shareGuards: true }), (exit) => answer(lanes, ticket, exit))
}

/** Removes an append whose caller has left. A statement in flight continues, without a caller. */
export const withdraw = (lanes: AppendLanes, ticket: Ticket): void => {
  BusyAppends.remove(lanes.busy, ticket)
  const index = lanes.ready.indexOf(ticket)
  if (index >= 0) lanes.ready.splice(index, 1)
}

/** Interrupts the statements in flight. */
export const close = ({ busy, fibers }: AppendLanes): void => {
  BusyAppends.close(busy)
  for (const fiber of fibers) fiber.interruptUnsafe()
}

// Not at once: callers that were answered together append again before the next turn of the event loop.
const schedule = (lanes: AppendLanes): void => {
  if (lanes.isScheduled) return
  lanes.isScheduled = true
  setImmediate(() => {
    lanes.isScheduled = false
    // Half of the events each, so that the database works on one half while this program works on the other.
    const share = Math.max(smallBatch, Math.ceil((AppendBatch.eventsOf(lanes.ready) + lanes.sent) / maxBatches))
    while (lanes.batches < maxBatches && lanes.ready.length > 0) {
      sendBatch(lanes, lanes.ready.splice(0, AppendBatch.sizeOf(lanes.ready, share)))
    }
  })
}

const sendBatch = (lanes: AppendLanes, batch: ReadonlyArray<Ticket>): void => {
  // A batch has at least one append.
  const first = batch[0]!
  const events = AppendBatch.eventsOf(batch)
  lanes.batches++
  lanes.sent += events
  const done = (): void => {
    lanes.batches--
    lanes.sent -= events
    schedule(lanes)
  }
  if (batch.length === 1) {
    return run(lanes, first, lanes.statements.appendAlone(first.commit), (exit) => {
      done()
      answer(lanes, first, exit)
    })
  }
  run(lanes, first, lanes.statements.appendBatch(batch.map(({ commit }) => commit)), (exit) => {
    done()
    answerBatch(lanes, batch, exit)
  })
}

type Answered<Row> = Exit.Exit<ReadonlyArray<Row>, SqlError.SqlError>

const run = <Row>(
  { database, fibers }: AppendLanes,
  { context }: Ticket,
  statement: Rows<Row>,
  onExit: (exit: Answered<Row>) => void
): void => {
  const fiber = TimeLimits.runInTime(database.limits, context, database.statement(statement), (exit, ended) => {
    fibers.delete(ended)
    onExit(exit)
  })
  // It fails at once if the pool is closed.
  if (fiber.pollUnsafe() === undefined) fibers.add(fiber)
}

const answerBatch = (
  lanes: AppendLanes,
  batch: ReadonlyArray<Ticket>,
  exit: Answered<AppendStatements.BatchRow>
): void => {
  if (Exit.isSuccess(exit)) {
    const rows = AppendStatements.rowsOfCommits(exit.value, batch.length)
    for (const [index, ticket] of batch.entries()) answer(lanes, ticket, Exit.succeed(rows[index]!))
  } else if (isConnectionLost(exit.cause)) { for (const ticket of batch) answer(lanes, ticket, exit) }
  // Nothing is stored, and it is not known which append caused the failure: each is sent alone.
  else for (const ticket of batch) sendAlone(lanes, ticket)
}

const answer = (lanes: AppendLanes, ticket: Ticket, exit: Answered<AnswerRow>): void => {
  if (ticket.isGone) return
  if (BusyAppends.isBusy(exit)) BusyAppends.add(lanes.busy, ticket)
  else ticket.resume(exit)
}

const sendAlone = (lanes: AppendLanes, ticket: Ticket): void => {
  if (ticket.isGone) return
  ticket.isAlone = true
  send(lanes, ticket)
}

// Whether the outcome is unknown: each caller then looks its own append up.
const isConnectionLost = (cause: Cause.Cause<SqlError.SqlError>): boolean => {
  const error = Cause.findErrorOption(cause)
  return error._tag === "Some"
    ? Database.isDisconnect(error.value) || Database.isUnreadable(error.value)
    : Cause.hasInterrupts(cause)
}
