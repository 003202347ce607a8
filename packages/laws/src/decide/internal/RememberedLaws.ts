/** The law of the cached states of command handlers: they are folded from events as they are stored, not as they were decided. */
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import * as Effect from "effect/Effect"
import * as Law from "../../kit/Law.ts"
import * as AggregateHistory from "./AggregateHistory.ts"
import type { Make, Stores } from "./HandlerRun.ts"
import * as LossyTill from "./LossyTill.ts"

/** A function like `CommandHandler.make`, for tills. */
export type MakeHandler = Make<LossyTill.Command, LossyTill.State, LossyTill.Event, never>

/** Compares answers, and the state of each decision, with a load after each command. */
export const answersAreOfStoredEvents = (make: MakeHandler = CommandHandler.make) =>
  Law.make<ReadonlyArray<LossyTill.Command>, Stores>(
    "a handler answers with and decides on the state of the stored events",
    (commands) =>
      Effect.gen(function*() {
        const { aggregate } = LossyTill
        const id = yield* AggregateHistory.freshId
        const handle = make(aggregate, {})
        const expected = LossyTill.expected(commands)
        const found = yield* Effect.forEach(commands, (command) =>
          Effect.gen(function*() {
            const { events, state } = yield* handle(id, command)
            return { events, state, loaded: (yield* State.load(aggregate, id)).state }
          }))
        return { left: found, right: expected.map((answer) => ({ ...answer, loaded: answer.state })) }
      })
  )
