/** Dispatches the commands of a process: each to the handler of its category, under its idempotency key. */
import { reasonOf } from "@refold/core/internal/event/Reason"
import type { PendingCommand } from "@refold/core/internal/process/PendingWork"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Causation } from "../../log/Causation.ts"
import { EventStoreError } from "../../log/EventStoreError.ts"
import * as ProcessKeys from "../../log/internal/ProcessKeys.ts"
import * as RetryPolicies from "../../log/internal/RetryPolicies.ts"
import type { CommandOutcome, ProcessHandler, RetryableFailure } from "../ProcessHandler.ts"
import { idOf, keyOf } from "./OutcomeRecorder.ts"
import type { RunnerOptions } from "./RunnerOptions.ts"

/** Dispatches a command of an instance, with `commandAttempts` attempts, and gives its outcome. */
export const dispatch = Effect.fnUntraced(function*<R>(
  { commandAttempts, commandTimeout, handlers }: RunnerOptions<R>,
  stream: string,
  command: PendingCommand
): Effect.fn.Return<CommandOutcome, RetryableFailure, R> {
  const handler = handlers.find(({ category }) => category === command.category)
  // Another version of the code decided it. That version may run elsewhere, or again.
  if (handler === undefined) {
    const cause = new Error(
      `there is no handler for category "${command.category}": run code that has the target, or give the command up with ProcessInstances.giveUp`
    )
    return yield* new EventStoreError({ operation: `dispatch a command of ${stream}`, cause })
  }
  const { correlationId, label } = command
  const causation = { correlationId, causationId: idOf(stream, command), process: stream, processLabel: label }
  return yield* attempt(handler, stream, command, commandTimeout).pipe(
    Effect.provideService(Causation, causation),
    Effect.provideService(ProcessKeys.Dispatching, keyOf(stream, command)),
    Effect.repeat({
      while: ({ _tag }) => _tag === "Failed",
      schedule: RetryPolicies.commandAttempt(commandAttempts)
    })
  )
})

const attempt = <R>(
  handler: ProcessHandler<R>,
  stream: string,
  command: PendingCommand,
  timeout: Duration.Duration
): Effect.Effect<CommandOutcome, RetryableFailure, R> => {
  const key = keyOf(stream, command)
  // Suspended: a user's handler may throw before it returns an effect.
  return Effect.suspend(() => handler.handle(command, { idempotencyKey: key, keyNeverExpires: true })).pipe(
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () =>
        new EventStoreError({
          operation: `dispatch command ${key}`,
          cause: `it took longer than ${Duration.format(timeout)}`
        })
    }),
    Effect.catchDefect((defect) =>
      Effect.succeed<CommandOutcome>({ _tag: "Failed", reason: `the handler threw ${reasonOf(defect)}` })
    )
  )
}
