/** Doing what an instance has decided: its commands, one after another, and the timeouts that are due. */
import type { Tagged } from "@refold/core/event/EventType"
import { reasonOf } from "@refold/core/internal/event/Reason"
import type { Agenda, PendingCommand, PendingTimeout } from "@refold/core/internal/process/Agenda"
import type { ProcessRow } from "@refold/core/internal/process/ProcessRows"
import type { Process } from "@refold/core/process/Process"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Causation } from "../../log/Causation.ts"
import { EventStoreError } from "../../log/EventStoreError.ts"
import type { Row } from "../../project/internal/Row.ts"
import type { Answer, ProcessHandler, Services, Unsettled } from "../ProcessHandler.ts"
import type { Met } from "./MetUntil.ts"
import * as Settling from "./Settling.ts"
import * as Telling from "./Telling.ts"

/** How instances are attended to. */
export interface Care {
  /** How often a command is tried that fails for another reason than the store, before it is given up; 3 by default. */
  readonly attempts: number
  /** How long one try of a command may take, 30 seconds by default. */
  readonly patience: Duration.Input
}

/** What it takes to attend to the instances of a process. */
export interface Attendant<R> {
  /**
   * Does what is due for an instance, as far as this row knows and whatever that leads to. Timeouts fire only where
   * everything is met that might have cancelled them.
   */
  readonly attend: (row: Row<ProcessRow>, met: Met) => Effect.Effect<Attended, Unsettled, R | Services>
}

/** What attending came to. */
interface Attended {
  /** How many commands were sent and timeouts fired. */
  readonly done: number
  /** Whether a timeout is due that may not fire yet. */
  readonly isHeld: boolean
}

/** An attendant with these handlers. */
export const make = <Event extends Tagged, State, R>(
  process: Process<Event, State>,
  handlers: ReadonlyArray<ProcessHandler<R>>,
  care: Care
): Attendant<R> => {
  const tell = Telling.make(process)
  const send = (stream: string, instance: string, command: PendingCommand) =>
    Settling.settle(process, tell, { stream, instance, command }, dispatch(handlers, care, stream, command))
  const timeOut = (stream: string, instance: string, { name, scheduledAt }: PendingTimeout, correlationId: string) => {
    const metadata = { correlationId, causationId: `${stream}#${scheduledAt}` }
    return tell(instance, { _tag: "TimeOut", name, scheduledAt }, { metadata }).pipe(
      Effect.map(({ state }) => state.agenda),
      Effect.mapError(Telling.asUnsettled)
    )
  }
  return {
    attend: Effect.fnUntraced(function*({ key: stream, position, state: { agenda: known, instance } }, met) {
      let agenda = known
      let mayFire = position <= met.position
      for (let done = 0;; done++) {
        const [command] = agenda.commands
        const due = nextDue(agenda, met.until)
        if (command !== undefined) {
          agenda = yield* send(stream, instance, command)
          // What it led to has to be met first.
          mayFire = false
        } else if (due !== undefined && mayFire) agenda = yield* timeOut(stream, instance, due, agenda.correlationId)
        else return { done, isHeld: due !== undefined }
      }
    })
  }
}

// The one that was due first: the order of their schedules says nothing.
const nextDue = ({ timeouts }: Agenda, until: DateTime.Utc): PendingTimeout | undefined =>
  timeouts
    .filter(({ due }) => DateTime.isLessThanOrEqualTo(due, until))
    .toSorted((one, two) => DateTime.Order(one.due, two.due))[0]

const dispatch = Effect.fnUntraced(function*<R>(
  handlers: ReadonlyArray<ProcessHandler<R>>,
  { attempts, patience }: Care,
  stream: string,
  command: PendingCommand
): Effect.fn.Return<Answer, Unsettled, R> {
  const handler = handlers.find(({ category }) => category === command.category)
  // Decided by other code than this, which may run elsewhere or again.
  if (handler === undefined) {
    const cause = new Error(`there is no handler for category "${command.category}"`)
    return yield* new EventStoreError({ operation: `send a command of ${stream}`, cause })
  }
  const key = Settling.keyOf(stream, command)
  const { correlationId, label } = command
  const causation = { correlationId, causationId: key, process: stream, processLabel: label }
  // Suspended, for a handler of somebody's own may throw before it gives an effect.
  const tried = Effect.suspend(() => handler.handle(command, { idempotencyKey: key, keyNeverExpires: true })).pipe(
    Effect.provideService(Causation, causation),
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () =>
        new EventStoreError({
          operation: `send command ${key}`,
          cause: `it took longer than ${Duration.format(Duration.fromInputUnsafe(patience))}`
        })
    }),
    Effect.catchDefect((defect) => Effect.succeed<Answer>({ _tag: "Failed", reason: `it died of ${reasonOf(defect)}` }))
  )
  for (let attempt = 1;; attempt++) {
    const outcome = yield* tried
    if (outcome._tag !== "Failed" || attempt >= attempts) return outcome
    yield* Effect.sleep(50 * 2 ** attempt)
  }
})
