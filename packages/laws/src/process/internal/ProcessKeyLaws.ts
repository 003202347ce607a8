/** The law of the idempotency keys of processes: a client that guesses them does not change the effects of processes. */
import * as ProcessKey from "@refold/core/internal/journal/ProcessKey"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as ProcessKeys from "@refold/store/internal/log/ProcessKeys"
import * as OutcomeRecorder from "@refold/store/internal/process/OutcomeRecorder"
import { Causation } from "@refold/store/log/Causation"
import type * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Effect from "effect/Effect"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as CommandEffects from "./CommandEffects.ts"
import * as TransferRun from "./TransferRun.ts"
import * as TransferScript from "./TransferScript.ts"

/** Requests of transfers, and the jars from which they are paid. */
export interface GuessedCase {
  readonly shape: TransferRun.Shape
  readonly steps: ReadonlyArray<TransferScript.Step>
}

/** Before each command of the saga, another client uses the keys of all pending commands, or guesses of them. */
export const guessedKeysForgeNothing = (implementation: TransferRun.Implementation = TransferRun.standard) =>
  Law.make<GuessedCase, ProcessRunner.Services>(
    "a client that guesses the idempotency keys of commands changes no outcome of theirs",
    ({ shape, steps }) =>
      Effect.gen(function*() {
        const run = TransferRun.make(implementation, shape, yield* FreshNames.make)
        const services = yield* Effect.context<ProcessRunner.Services>()
        const guessing = TransferRun.beforeEachCommand(
          run,
          // The client has no part in the dispatch of the command.
          Effect.suspend(() => guessAll(run)).pipe(
            Effect.provideService(Causation, {}),
            Effect.provideService(ProcessKeys.Dispatching, undefined),
            Effect.provideContext(services),
            Effect.orDie
          )
        )
        yield* TransferRun.runSteps(run, steps)
        yield* TransferRun.runToCompletion(guessing)
        return {
          left: yield* CommandEffects.stored([run.jars.category, run.transfers.category]),
          right: CommandEffects.expected(
            yield* CommandEffects.sent(run.saga, TransferScript.numbers(run.requested).map(String))
          )
        }
      })
  )

const guessAll = Effect.fnUntraced(function*(run: TransferRun.TransferRun) {
  const deposit = CommandHandler.make(run.jars)
  for (const { state: { pending }, stream } of yield* TransferRun.sagaInstances(run)) {
    for (const command of pending.commands) {
      const id = OutcomeRecorder.idOf(stream, command)
      for (const idempotencyKey of [id, ProcessKey.of(id)]) {
        yield* Effect.result(deposit("of the client", { _tag: "Add", coins: 1, notes: [] }, { idempotencyKey }))
      }
    }
  }
})
