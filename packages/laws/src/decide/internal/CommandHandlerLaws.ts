/** What handling commands promises on every store: it is deciding and evolving, one command after the other. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Tagged } from "@refold/core/event/EventType"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import * as Play from "../../log/internal/Play.ts"
import * as Decisions from "./Decisions.ts"
import * as Handling from "./Handling.ts"
import * as Stored from "./Stored.ts"

type Stores = Handling.Stores

/** Each command's state, version and events, or its refusal. By a handler that loads its state anew for each command. */
export const handlingIsDeciding = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
) =>
  Law.make<ReadonlyArray<Command>, Stores>(
    "handling commands is deciding and evolving",
    (commands) =>
      Effect.gen(function*() {
        const handle = CommandHandler.make(aggregate, { cache: 0 })
        const id = yield* Stored.freshId
        const answers = yield* Effect.forEach(commands, (command) => Effect.result(handle(id, command)))
        return {
          left: answers.map(Result.map(({ events, state, version }) => ({ events, state, version }))),
          right: Decisions.answers(aggregate.decider, commands)
        }
      })
  )

/** Whatever else happened in between. A refusal, and a command that led to nothing, are decided anew. */
export const repeatedCommandGetsFirstAnswer = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
) =>
  Law.make<ReadonlyArray<Command>, Stores>(
    "a command repeated under its key gets its first answer",
    (commands) =>
      Effect.gen(function*() {
        const handle = CommandHandler.make(aggregate)
        const id = yield* Stored.freshId
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

/** No answer is about a state that another command has changed in the meantime. */
export const concurrentCommandsTakeTurns = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
) =>
  Law.make<ReadonlyArray<Command>, Stores>(
    "commands handled at the same time take turns",
    (commands) =>
      Effect.gen(function*() {
        const handle = CommandHandler.make(aggregate)
        const id = yield* Stored.freshId
        const answers = yield* Effect.forEach(commands, (command) => Effect.result(handle(id, command)), {
          concurrency: "unbounded"
        })
        const turns = answers
          .flatMap((answer) => Result.isSuccess(answer) && storedBy(answer).length > 0 ? [answer.success] : [])
          .toSorted((one, other) => one.version - other.version)
        const events = yield* Play.readStream(Stored.streamOf(aggregate, id))
        return {
          left: { events: turns.flatMap(({ events }) => events), states: turns.map(({ state }) => state) },
          right: {
            events: events.map((event) => Result.getOrThrow(aggregate.codec.decode(event))),
            states: turns.map(({ version }) => Stored.fold(aggregate, events.slice(0, version)))
          }
        }
      })
  )

/**
 * Two handlers, each with a cache of its own and less than what it is asked for, two stores with the same streams, and
 * somebody who appends behind their backs. Each answer is the decider's, on all that is in the stream by then.
 */
export const cachedHandlersAgree = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  make: Handling.Make<Command, State, Event, Refusal> = CommandHandler.make
) =>
  Law.make<ReadonlyArray<Handling.Step<Command, Event>>, Stores>(
    "handlers that remember states answer as the decider does on the whole stream",
    (program) =>
      Effect.gen(function*() {
        const planned = Handling.plan(aggregate, yield* Stored.freshId, program)
        const answers = yield* Handling.play(aggregate, make, planned)
        return { left: answers, right: planned.map(({ answer }) => answer) }
      })
  )

/**
 * By two handlers that remember states, and decide again where another command was faster. A refusal, too, is that of
 * the decider, on some state on the way.
 */
export const concurrentCommandsAreSerial = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
) =>
  Law.make<Handling.Rush<Command>, Stores>(
    "commands handled at the same time are answered as one after the other",
    ({ before, rush }) =>
      Effect.gen(function*() {
        const answers = yield* Handling.rush(aggregate, yield* Stored.freshId, { before, rush })
        const answered = rush.map((command, index) => ({
          command,
          answer: Result.map(answers[index]!, Handling.answerOf)
        }))
        const storing = answered
          .flatMap(({ answer, command }) => Result.isSuccess(answer) ? [{ command, answer, ...answer.success }] : [])
          .filter(({ events }) => events.length > 0)
          .toSorted((one, other) => one.version - other.version)
        const others = answered.filter(({ answer }) => storing.every((other) => other.answer !== answer))
        const serial = [...before, ...storing.map(({ command }) => command)]
        const onTheWay = (command: Command) =>
          [...storing, command].map((_, index) =>
            Decisions.answers(aggregate.decider, [...serial.slice(0, before.length + index), command]).at(-1)
          )
        return {
          left: [storing.map(({ answer }) => answer), others.map(({ answer }) => answer)],
          right: [
            Decisions.answers(aggregate.decider, serial).slice(before.length),
            others.map(({ answer, command }) =>
              onTheWay(command).find((decided) => Equal.equals(decided, answer)) ?? "decided on no state on the way"
            )
          ]
        }
      })
  )

/** By two handlers. All of them get the answer of the first, be it a refusal; only one of them has stored it. */
export const concurrentCopiesGetOneAnswer = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
) =>
  Law.make<Handling.Copies<Command>, Stores>(
    "copies of a command handled at the same time under one key are done once, and get one answer",
    ({ before, command, copies }) =>
      Effect.gen(function*() {
        const id = yield* Stored.freshId
        const rush = Arr.makeBy(copies, () => command)
        const answers = yield* Handling.rush(aggregate, id, { before, rush }, { idempotencyKey: id })
        const expected = Decisions.answers(aggregate.decider, [...before, command])
        const first = expected.at(-1)!
        return {
          left: {
            answers: answers.map(Result.map(Handling.answerOf)),
            storing: answers.filter((answer) => storedBy(answer).length > 0 && !isCopy(answer)).length,
            stored: (yield* Play.readStream(Stored.streamOf(aggregate, id))).length
          },
          right: {
            answers: answers.map(() => first),
            storing: Result.isSuccess(first) && first.success.events.length > 0 ? 1 : 0,
            stored: Decisions.events(expected).length
          }
        }
      })
  )

const answerOf = <State, Event>({ deduplicated, events, state, version }: CommandHandler.Handled<State, Event>) => ({
  deduplicated,
  events,
  state,
  version
})

const isCopy = (answer: Result.Result<CommandHandler.Handled<unknown, unknown>, unknown>): boolean =>
  Result.isSuccess(answer) && answer.success.deduplicated

const storedBy = <Event>(
  answer: Result.Result<CommandHandler.Handled<unknown, Event>, unknown>
): ReadonlyArray<Event> => Result.isSuccess(answer) ? answer.success.events : []
