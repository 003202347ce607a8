/**
 * A consumer: a named handler of events with effects of its own, such as mail, webhooks and messages. Its checkpoint is stored
 * after the effect, so that each event is delivered at least once and the log is the outbox. Several programs may run it: one at a
 * time owns it, or each of its partitions, and another one takes over if the owner stops.
 */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Position from "@refold/core/event/Position"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { EventReader, type ReadFailure } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import * as CheckOptions from "../log/internal/CheckOptions.ts"
import { advance } from "../project/internal/Advance.ts"
import * as CatchUp from "../project/internal/CatchUp.ts"
import * as FollowLog from "../project/internal/FollowLog.ts"
import * as OutdatedCode from "../project/internal/OutdatedCode.ts"
import type { ProjectionTarget } from "../project/internal/ProjectionTarget.ts"
import * as Redefine from "../project/internal/Redefine.ts"
import * as Projector from "../project/Projector.ts"
import { type NotOwned, ReadModelStore } from "../project/ReadModelStore.ts"
import * as ConsumerTarget from "./internal/ConsumerTarget.ts"
import type { Consumer } from "./internal/Definition.ts"

export type { HandlerContext, Handling } from "../log/internal/AsyncHandler.ts"
export {
  type Consumer,
  type Definition,
  type Delivered,
  type Delivery,
  make,
  makeUnsafe
} from "./internal/Definition.ts"

/** The options of running a consumer. */
export interface Options {
  /**
   * Maximum number of events in a batch, 100 by default. A batch ends after a second, too. After a crash the events of one batch
   * are delivered again: with 1, the checkpoint is stored after each event.
   */
  readonly batchSize?: number | undefined
  /**
   * The attempts to handle an event before its stream is parked; 5 by default. Other events wait meanwhile. In a transaction, as
   * always on the embedded database, an event that first fails together with others of its batch is tried once more by itself,
   * except with 1.
   */
  readonly attempts?: number | undefined
  /** The pause after the first failed attempt, doubled after each further one, up to a minute; 200 ms by default. */
  readonly backoff?: Duration.Input | undefined
  /** The maximum number of partitions that this program works on at a time, 1 by default: see `Partitions.change`. */
  readonly workers?: number | undefined
  /** How often code that is too old for an event checks whether newer code has handled it; 5 seconds by default. */
  readonly retryNewer?: Duration.Input | undefined
}

/** The errors of a consumer. */
export type RunFailure = NotOwned | ReadFailure

/**
 * Runs a consumer; never succeeds. Retries while the store cannot be reached; only errors of the first access are returned, and
 * permanent ones. An event that cannot be handled in any attempt parks its stream, as in a projection: see `Parked`. Waits before an
 * event in a newer schema version than the code has. If it is interrupted, it ends when the current event is handled and the
 * checkpoint is stored. Fails with `InvalidInput` if an option breaks its rule or `startAt` is beyond the last event, and with
 * `DefinitionMismatch` if a projection has the name, or newer code has added event types.
 */
export const run = Effect.fnUntraced(function*<Event extends Tagged, R = never>(
  consumer: Consumer<Event, R>,
  options: Options = {}
): Effect.fn.Return<never, RunFailure, EventReader | ReadModelStore | R> {
  const resolved = yield* open(consumer, options)
  return yield* FollowLog.follow(target(consumer), resolved)
})

/**
 * As `run`, in the background until the scope closes; closing waits for the current event. A failure at the start fails here; a later
 * one is logged. When it returns, `startAt: "now"` is settled: every later event is delivered.
 */
export const start = Effect.fnUntraced(function*<Event extends Tagged, R = never>(
  consumer: Consumer<Event, R>,
  options: Options = {}
): Effect.fn.Return<Projector.Running, RunFailure, EventReader | ReadModelStore | Scope.Scope | R> {
  const resolved = yield* open(consumer, options)
  const { name } = consumer
  return yield* OutdatedCode.start(
    { kind: "consumer", name },
    (stops) => FollowLog.follow(target(consumer), resolved, stops)
  )
})

/**
 * Delivers all events up to the current head of the log, and returns the head. Waits while another program owns the consumer. For
 * jobs and tests. Fails as `run` does, and with `NewerSchemaVersion` at an event that is newer than the code.
 */
export const catchUp = Effect.fnUntraced(function*<Event extends Tagged, R = never>(
  consumer: Consumer<Event, R>,
  options: Options = {}
): Effect.fn.Return<Position.Position, Projector.CatchUpFailure, EventReader | ReadModelStore | R> {
  const resolved = yield* open(consumer, options)
  return yield* Projector.catchUp(target(consumer), resolved)
})

/**
 * The consumer as a projection without rows: for `ProjectionStatus`, `Parked` and `Projector.forget`. A retry of a parked stream
 * delivers its events in batches of 100, and stores its progress after each.
 */
export const target = <Event extends Tagged, R = never>(consumer: Consumer<Event, R>): ProjectionTarget<R> =>
  ConsumerTarget.make(consumer)

/**
 * Stores the event types and categories of this code as those of the consumer, if the code that ran before had more: for a type that
 * is removed on purpose. Run it when the former code runs nowhere: the former code would add the type again.
 */
export const redefine = <Event extends Tagged, R = never>(
  consumer: Consumer<Event, R>
): Effect.Effect<void, EventStoreError, ReadModelStore> => Redefine.redefine(target(consumer))

// Creates the checkpoint if the consumer has never run.
const open = Effect.fnUntraced(function*<Event extends Tagged, R>(
  consumer: Consumer<Event, R>,
  options: Options
): Effect.fn.Return<CatchUp.CatchUpOptions, RunFailure, EventReader | ReadModelStore | R> {
  const resolved = yield* Effect.fromResult(resolve(options))
  const store = yield* ReadModelStore
  const head = yield* (yield* EventReader).logHead
  const { name, startAt } = consumer
  if (typeof startAt === "object" && startAt.after > head.position && (yield* store.generations(name)).length === 0) {
    return yield* new InvalidInput({ field: "startAt", rule: "must not be beyond the last event of the log" })
  }
  const own = target(consumer)
  // Creates the checkpoint and delivers nothing, also if another program has created it meanwhile.
  const goal = { head: { ...head, position: Position.start }, wait: true }
  for (const { id, status } of yield* store.open(own)) {
    if (status === "Building") yield* advance(own, id, goal, resolved)
  }
  return resolved
})

const resolve = (
  { attempts = 5, backoff = "200 millis", batchSize = 100, retryNewer = "5 seconds", workers = 1 }: Options
): Result.Result<CatchUp.CatchUpOptions, InvalidInput> =>
  Result.all({
    attempts: CheckOptions.count("attempts", attempts),
    backoff: CheckOptions.duration("backoff", backoff),
    batchSize: CheckOptions.count("batchSize", batchSize),
    retryNewer: CheckOptions.duration("retryNewer", retryNewer),
    workers: CheckOptions.count("workers", workers),
    batchRows: Result.succeed(CatchUp.defaults.batchRows)
  })
