/** The laws of command handlers under concurrency: commands for one aggregate are serialized, and copies are handled once. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Decider } from "@refold/core/decide/Decider"
import { decodeAll } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import * as RunPrograms from "../../log/internal/RunPrograms.ts"
import * as AggregateHistory from "./AggregateHistory.ts"
import * as Decisions from "./Decisions.ts"
import * as HandlerRun from "./HandlerRun.ts"
import * as HandlerScript from "./HandlerScript.ts"

type Stores = HandlerRun.Stores

/** The state of each answer is the fold of the stream up to its version. */
export const concurrentCommandsAreSerialized = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
) =>
  Law.make<ReadonlyArray<Command>, Stores>(
    "commands handled concurrently are serialized",
    (commands) =>
      Effect.gen(function*() {
        const handle = CommandHandler.make(aggregate)
        const id = yield* AggregateHistory.freshId
        const answers = yield* Effect.forEach(commands, (command) => Effect.result(handle(id, command)), {
          concurrency: "unbounded"
        })
        const stored = answers
          .flatMap((answer) => Result.isSuccess(answer) && storedBy(answer).length > 0 ? [answer.success] : [])
          .toSorted(byVersion)
        const events = yield* RunPrograms.readStream(AggregateHistory.streamOf(aggregate, id))
        return {
          left: { events: stored.flatMap(({ events }) => events), states: stored.map(({ state }) => state) },
          right: {
            events: Result.getOrThrow(decodeAll(aggregate.events, events)),
            states: stored.map(({ version }) => AggregateHistory.fold(aggregate, events.slice(0, version)))
          }
        }
      })
  )

/** A command, and its answer without what depends on the store. */
interface Answered<Command, State, Event, Refusal> {
  readonly command: Command
  readonly answer: Result.Result<HandlerScript.Answer<State, Event>, Refusal | CommandHandler.HandleFailure>
}

/** Two handlers with caches, which decide again on a version conflict. A refusal is the decider's on some state in between. */
export const concurrentCommandsAreSerial = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
) =>
  Law.make<HandlerRun.ConcurrentCommands<Command>, Stores>(
    "commands handled concurrently get the answers of some serial order",
    (commands) =>
      Effect.gen(function*() {
        const answers = yield* HandlerRun.runConcurrently(aggregate, yield* AggregateHistory.freshId, commands)
        const answered = commands.concurrent.map((command, index) => ({
          command,
          answer: Result.map(answers[index]!, HandlerScript.answerOf)
        }))
        return compareToSerial(aggregate.decider, commands.before, answered)
      })
  )

// The versions of the answers give the order of the commands that stored events. The others may have any place in it.
const compareToSerial = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  before: ReadonlyArray<Command>,
  answered: ReadonlyArray<Answered<Command, State, Event, Refusal>>
): Law.Sides => {
  const storing = answered
    .flatMap(({ answer, command }) => Result.isSuccess(answer) ? [{ command, answer, ...answer.success }] : [])
    .filter(({ events }) => events.length > 0)
    .toSorted(byVersion)
  const others = answered.filter(({ answer }) => storing.every((other) => other.answer !== answer))
  const serial = [...before, ...storing.map(({ command }) => command)]
  const possibleAnswers = (command: Command) =>
    [...storing, command].map((_, index) =>
      Decisions.answers(decider, [...serial.slice(0, before.length + index), command]).at(-1)
    )
  const possible = others.map(({ answer, command }) =>
    possibleAnswers(command).find((decided) => Equal.equals(decided, answer)) ?? "not an answer in any serial order"
  )
  return {
    left: [storing.map(({ answer }) => answer), others.map(({ answer }) => answer)],
    right: [Decisions.answers(decider, serial).slice(before.length), possible]
  }
}

const byVersion = (one: { readonly version: number }, other: { readonly version: number }) =>
  one.version - other.version

/** By two handlers. All copies get the answer of the first, also a refusal; one copy stores events. */
export const concurrentRetriesGetOneAnswer = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
) =>
  Law.make<HandlerRun.ConcurrentRetries<Command>, Stores>(
    "concurrent copies of a command under one key are handled once and get the same answer",
    ({ before, command, copies }) =>
      Effect.gen(function*() {
        const id = yield* AggregateHistory.freshId
        const concurrent = Arr.makeBy(copies, () => command)
        const answers = yield* HandlerRun.runConcurrently(aggregate, id, { before, concurrent }, { idempotencyKey: id })
        const stored = yield* RunPrograms.readStream(AggregateHistory.streamOf(aggregate, id))
        const left = {
          answers: answers.map(Result.map(HandlerScript.answerOf)),
          storing: answers.filter((answer) => storedBy(answer).length > 0 && !isDeduplicated(answer)).length,
          stored: stored.length
        }
        return { left, right: expectedOnce(aggregate.decider, { before, command, copies }) }
      })
  )

const expectedOnce = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  { before, command, copies }: HandlerRun.ConcurrentRetries<Command>
) => {
  const expected = Decisions.answers(decider, [...before, command])
  const answer = expected.at(-1)!
  return {
    answers: Arr.makeBy(copies, () => answer),
    storing: Result.isSuccess(answer) && answer.success.events.length > 0 ? 1 : 0,
    stored: Decisions.events(expected).length
  }
}

const isDeduplicated = (answer: Result.Result<CommandHandler.Handled<unknown, unknown>, unknown>): boolean =>
  Result.isSuccess(answer) && answer.success.deduplicated

const storedBy = <Event>(
  answer: Result.Result<CommandHandler.Handled<unknown, Event>, unknown>
): ReadonlyArray<Event> => Result.isSuccess(answer) ? answer.success.events : []
