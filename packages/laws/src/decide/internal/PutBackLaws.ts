/**
 * The law of command handlers on a log that goes back, as after a fail-over to a lagging standby or with a restored copy:
 * cached states with lost events change no answer.
 */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Tagged } from "@refold/core/event/EventType"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import * as PutBackStore from "../../log/internal/PutBackStore.ts"
import * as AggregateHistory from "./AggregateHistory.ts"
import type * as HandlerRun from "./HandlerRun.ts"
import * as HandlerScript from "./HandlerScript.ts"
import * as PutBackScript from "./PutBackScript.ts"

/**
 * Two handlers with caches. Each answer is the decider's on the events that are in the log at that time. The snapshots are
 * kept when the log goes back.
 */
export const handlersFollowTheLog = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  make: HandlerRun.Make<Command, State, Event, Refusal> = CommandHandler.make
) =>
  Law.make<ReadonlyArray<PutBackScript.Step<Command, Event>>>(
    "handlers answer like the decider on the events of the log, also after the log lost events",
    (script) =>
      Effect.gen(function*() {
        const store = PutBackStore.make()
        const handlers = [make(aggregate, {}), make(aggregate, {})] as const
        const logs = [store.log()]
        const answers: Array<unknown> = []
        for (const step of script) {
          if ("putBack" in step) store.putBack(logs[Math.max(0, logs.length - 1 - step.putBack)]!)
          if ("event" in step) yield* Effect.provideContext(append(aggregate, step.event), store.services)
          if ("command" in step) {
            const handled = Effect.result(handlers[step.handler](id, step.command))
            answers.push(Result.map(yield* Effect.provideContext(handled, store.services), HandlerScript.answerOf))
          }
          logs.push(store.log())
        }
        return { left: answers, right: PutBackScript.answers(aggregate.decider, script) }
      })
  )

const id = "put back"

const append = Effect.fnUntraced(function*<Event extends Tagged>(
  aggregate: Pick<Aggregate<never, unknown, Event, unknown>, "category" | "events">,
  event: Event
) {
  const stored = yield* Effect.fromResult(aggregate.events.encode(event))
  yield* AggregateHistory.append(AggregateHistory.streamOf(aggregate, id), [
    { stored, occurredAt: DateTime.makeUnsafe(0) }
  ])
})
