/**
 * Recording what became of a command, once and for good: a command that had an effect has used up its key, and one that
 * had none uses it up by the record, so that no copy of it on another machine can have an effect any more.
 */
import type { Tagged } from "@refold/core/event/EventType"
import { type Agenda, commandOf, type PendingCommand } from "@refold/core/internal/process/Agenda"
import { IdempotencyConflict } from "@refold/core/journal/AppendError"
import type { Process } from "@refold/core/process/Process"
import type { Outcome } from "@refold/core/process/ProcessEvent"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as State from "../../decide/State.ts"
import type { Answer, Services, Unsettled } from "../ProcessHandler.ts"
import { asUnsettled, type Tell } from "./Telling.ts"

/** A command and who sends it. */
export interface Sent {
  readonly stream: string
  readonly instance: string
  readonly command: PendingCommand
}

/** The id of a command, and the key under which it is handled once: unique, for its stream is, and the place in there. */
export const keyOf = (stream: string, { index, sentAt }: PendingCommand): string => `${stream}#${sentAt}.${index}`

/** Sends a command, records the outcome, and gives the agenda after that. */
export const settle = <Event extends Tagged, State, R>(
  process: Process<Event, State>,
  tell: Tell,
  sent: Sent,
  send: Effect.Effect<Answer, Unsettled, R>
): Effect.Effect<Agenda, Unsettled, R | Services> => {
  const sendAndRecord = Effect.flatMap(
    send,
    ({ hadEffect = false, ...outcome }) => record(tell, sent, outcome, !hadEffect)
  )
  // The key is used up: by the record of another, which has answered the command; or by the effect of a copy.
  const usedUp = Effect.flatMap(
    State.load(process.instances, sent.instance),
    ({ state: { agenda } }) =>
      commandOf(agenda, sent.command) === undefined
        ? Effect.succeed(agenda)
        : record(tell, sent, { _tag: "Succeeded" }, false)
  )
  return Effect.mapError(Effect.catchIf(sendAndRecord, isUsedUp, () => usedUp), asUnsettled)
}

const record = Effect.fnUntraced(function*(
  tell: Tell,
  { command, instance, stream }: Sent,
  outcome: Outcome,
  usesKeyUp: boolean
) {
  const key = keyOf(stream, command)
  const { correlationId, index, sentAt } = command
  const message = { _tag: "Answer", sentAt, index, outcome, at: yield* DateTime.now } as const
  const metadata = { correlationId, causationId: key }
  const { state } = yield* tell(
    instance,
    message,
    usesKeyUp ? { metadata, idempotencyKey: key, keyNeverExpires: true } : { metadata }
  )
  return state.agenda
})

const isUsedUp = (error: unknown): error is IdempotencyConflict => error instanceof IdempotencyConflict
