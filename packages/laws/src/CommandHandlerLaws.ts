/** What handling commands promises on every store: it is deciding and evolving, one command after the other. */
import type { Aggregate } from "@refold/core/Aggregate"
import * as CommandHandler from "@refold/store/CommandHandler"
import type { EventReader } from "@refold/store/EventReader"
import type { EventStore } from "@refold/store/EventStore"
import type { SnapshotStore } from "@refold/store/SnapshotStore"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Decisions from "./internal/Decisions.ts"
import * as Play from "./internal/Play.ts"
import * as Stored from "./internal/Stored.ts"
import * as Law from "./Law.ts"

type Stores = EventStore | EventReader | SnapshotStore

/** Each command's state, version and events, or its refusal. */
export const handlingIsDeciding = <Command, State, Event extends { readonly _tag: string }, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
) =>
  Law.make<ReadonlyArray<Command>, Stores>(
    "handling commands is deciding and evolving",
    (commands) =>
      Effect.gen(function*() {
        const handle = CommandHandler.make(aggregate)
        const id = yield* Stored.freshId
        const answers = yield* Effect.forEach(commands, (command) => Effect.result(handle(id, command)))
        return {
          left: answers.map(Result.map(({ events, state, version }) => ({ events, state, version }))),
          right: Decisions.answers(aggregate.decider, commands)
        }
      })
  )

/** Whatever else happened in between. A refusal, and a command that led to nothing, are decided anew. */
export const repeatedCommandGetsFirstAnswer = <Command, State, Event extends { readonly _tag: string }, Refusal>(
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
export const concurrentCommandsTakeTurns = <Command, State, Event extends { readonly _tag: string }, Refusal>(
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

const answerOf = <State, Event>({ deduplicated, events, state, version }: CommandHandler.Handled<State, Event>) => ({
  deduplicated,
  events,
  state,
  version
})

const storedBy = <Event>(
  answer: Result.Result<CommandHandler.Handled<unknown, Event>, unknown>
): ReadonlyArray<Event> => Result.isSuccess(answer) ? answer.success.events : []
