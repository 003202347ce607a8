/** The laws of command handlers on every store: handling commands is deciding and evolving, one command after the other. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Tagged } from "@refold/core/event/EventType"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import * as AggregateHistory from "./AggregateHistory.ts"
import * as Decisions from "./Decisions.ts"
import * as HandlerRun from "./HandlerRun.ts"
import * as HandlerScript from "./HandlerScript.ts"

type Stores = HandlerRun.Stores

/** Compares each command's state, version and events, or its refusal. The handler loads the state for each command. */
export const handlingIsDeciding = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
) =>
  Law.make<ReadonlyArray<Command>, Stores>(
    "handling commands gives the same as deciding and evolving",
    (commands) =>
      Effect.gen(function*() {
        const handle = CommandHandler.make(aggregate, { cache: 0 })
        const id = yield* AggregateHistory.freshId
        const answers = yield* Effect.forEach(commands, (command) => Effect.result(handle(id, command)))
        return {
          left: answers.map(Result.map(HandlerScript.answerOf)),
          right: Decisions.answers(aggregate.decider, commands)
        }
      })
  )

/** Whatever was stored in between. Commands that were refused, or led to no events, are decided again. */
export const repeatedCommandGetsFirstAnswer = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
) =>
  Law.make<ReadonlyArray<Command>, Stores>(
    "a command repeated under its key gets its first answer",
    (commands) =>
      Effect.gen(function*() {
        const handle = CommandHandler.make(aggregate)
        const id = yield* AggregateHistory.freshId
        const handleAll = Effect.forEach(
          commands,
          (command, index) => Effect.result(handle(id, command, { idempotencyKey: `${id} ${index}` }))
        )
        const first = yield* handleAll
        const repeated = yield* handleAll
        const hasEvents = (_: unknown, index: number) => storedBy(first[index]!).length > 0
        return {
          left: repeated.filter(hasEvents).map(Result.map(answerOf)),
          right: first.filter(hasEvents).map(Result.map((answer) => ({ ...answerOf(answer), deduplicated: true })))
        }
      })
  )

/**
 * Two handlers with caches smaller than the number of streams, two stores with the same stream names, and events that are
 * appended without a handler. Each answer is the decider's on the complete stream at that time.
 */
export const cachedHandlersAgree = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  make: HandlerRun.Make<Command, State, Event, Refusal> = CommandHandler.make
) =>
  Law.make<ReadonlyArray<HandlerScript.Step<Command, Event>>, Stores>(
    "handlers that cache states answer like the decider on the complete stream",
    (script) =>
      Effect.gen(function*() {
        const expected = HandlerScript.expectedAnswers(aggregate, yield* AggregateHistory.freshId, script)
        const answers = yield* HandlerRun.run(aggregate, make, expected)
        return { left: answers, right: expected.map(({ answer }) => answer) }
      })
  )

const answerOf = <State, Event>({ deduplicated, ...answer }: CommandHandler.Handled<State, Event>) => ({
  ...HandlerScript.answerOf(answer),
  deduplicated
})

const storedBy = <Event>(
  answer: Result.Result<CommandHandler.Handled<unknown, Event>, unknown>
): ReadonlyArray<Event> => Result.isSuccess(answer) ? answer.success.events : []
