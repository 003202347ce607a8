/**
 * Handles the commands of an aggregate: load the state, decide, append the events after the last event of that state. On a
 * version conflict, it folds the new events and decides again. A command repeated under its idempotency key gets its first answer.
 */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Tagged } from "@refold/core/event/EventType"
import * as StreamName from "@refold/core/event/StreamName"
import { VersionConflict } from "@refold/core/journal/AppendError"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EventReader } from "../log/EventReader.ts"
import type { EventStore } from "../log/EventStore.ts"
import * as RetryPolicies from "../log/internal/RetryPolicies.ts"
import {
  attempt,
  type Handled,
  type HandleFailure,
  type HandleOptions,
  type Request
} from "./internal/HandleAttempt.ts"
import * as IdempotentAnswer from "./internal/IdempotentAnswer.ts"
import type { InlineProjection } from "./internal/InlineRows.ts"
import * as StateCache from "./internal/StateCache.ts"
import type { SnapshotStore } from "./SnapshotStore.ts"

export type { Handled, HandleFailure, HandleOptions } from "./internal/HandleAttempt.ts"
export type { InlineProjection } from "./internal/InlineRows.ts"

/** The options of a handler. */
export interface HandlerOptions<State> {
  /** Maximum retries on a version conflict; 10 by default. */
  readonly retries?: number | undefined
  /** Projections made by `Projection.ofAggregate` whose rows are stored together with the events. */
  readonly inline?: ReadonlyArray<InlineProjection<State>> | undefined
  /**
   * The maximum number of cached states; 1,000 by default, 0 for no cache. The cache saves reads and never changes an
   * answer. Answers hold the cached state itself: its arrays and plain objects are frozen; do not change a `Map` or a
   * `Date` in it.
   */
  readonly cache?: number | undefined
}

/**
 * Makes a handler of an aggregate's commands: `(id, command, options?)`. Make it once per aggregate: it caches states.
 *
 * The handler fails with
 * - `CommandInvalid` if the command does not fit the aggregate's command schema, and `InvalidInput` if `expected` is
 *   malformed; the store is not accessed,
 * - the decider's refusal, unchanged,
 * - `VersionConflict` if `expected` is wrong or all `retries` ended in a conflict,
 * - `IdempotencyConflict` if the key was used before for another command,
 * - `DeciderFault` if `decide` or `evolve` throws,
 * - the errors of the store.
 *
 * A `decide` or `evolve` that never returns blocks the whole program: JavaScript cannot interrupt a synchronous
 * function, and no library can catch such a bug cheaply. Bound the loops in your decider.
 */
export const make = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  { cache = 1000, inline = [], retries = 10 }: HandlerOptions<State> = {}
) => {
  const cached = StateCache.make<State>(cache)
  return Effect.fnUntraced(function*(
    id: string,
    command: Command,
    options: HandleOptions = {}
  ): Effect.fn.Return<Handled<State, Event>, Refusal | HandleFailure, EventStore | EventReader | SnapshotStore> {
    if (options.expected !== undefined) yield* Effect.fromResult(ExpectedVersion.check(options.expected, "expected"))
    const stream = yield* Effect.fromResult(StreamName.make(aggregate.category, id))
    const idempotency = yield* Effect.fromResult(
      IdempotentAnswer.fingerprintedKey(aggregate, id, command, options.idempotencyKey)
    )
    const first = yield* IdempotentAnswer.find(aggregate, id, idempotency)
    if (Option.isSome(first)) return first.value
    const states = yield* cached
    return yield* decideUntilStored(
      { ...options, aggregate, id, command, idempotency, inline, states },
      stream,
      retries
    )
  })
}

const decideUntilStored = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  request: Request<Command, State, Event, Refusal>,
  stream: StreamName.StreamName,
  retries: number
): Effect.fn.Return<Handled<State, Event>, Refusal | HandleFailure, EventStore | EventReader | SnapshotStore> {
  const { aggregate, states } = request
  let known = states.get(stream)
  let waitAfter: RetryPolicies.Driver<VersionConflict> | undefined
  // Attempt 0 decides on a cached state.
  for (let n = known === undefined ? 1 : 0;; n++) {
    const loaded = n === 0 ? known! : yield* StateCache.load(states, aggregate, stream, known)
    const outcome = yield* attempt(request, loaded, n > 0)
    if (outcome !== undefined && !(outcome instanceof VersionConflict)) return outcome
    if (outcome !== undefined && n > 0) {
      waitAfter ??= yield* RetryPolicies.drive<VersionConflict>(RetryPolicies.versionConflict(retries))
      yield* waitAfter(outcome)
    }
    known = loaded
  }
})
