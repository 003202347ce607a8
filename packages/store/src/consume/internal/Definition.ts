/** The definition of a consumer: which events it handles, where it begins, and how it handles them. */
import type { EventCodec } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import type { Position } from "@refold/core/event/Position"
import { attempt } from "@refold/core/internal/event/Reason"
import * as Projection from "@refold/core/project/Projection"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { call, type HandlerContext, type Handling } from "../../log/internal/AsyncHandler.ts"
import * as CheckOptions from "../../log/internal/CheckOptions.ts"

/** The envelope of a delivered event, and the key of its delivery. */
export interface Delivery extends Projection.Envelope {
  /**
   * The same for every delivery of this event by this consumer, and of no other: ASCII, at most 145 characters. Give it to the
   * receiver as its idempotency key.
   */
  readonly key: string
}

/** An event and its delivery. */
export interface Delivered<Event> {
  readonly event: Event
  readonly delivery: Delivery
}

/** The definition of a consumer. It has either `handle` or `handleAll`. */
export interface Definition<Event extends Tagged, R = never> {
  /**
   * Unique among the projections and consumers of a store: 1 to 100 ASCII letters, digits, dashes and underscores. Part of
   * every delivery key. Another name is another consumer.
   */
  readonly name: string
  /** Decodes the events; all other types are skipped. */
  readonly events: EventCodec<Event>
  /** Only events of streams in these categories; of all categories by default. */
  readonly categories?: ReadonlyArray<string> | undefined
  /**
   * Where it begins when it runs for the first time: at the first event of the log, at the next one, or after a position. Not
   * read afterwards, except for event types that are added later: they begin there, too, with `now` at the consumer's checkpoint.
   */
  readonly startAt: "start" | "now" | { readonly after: Position }
  /**
   * The key that assigns events to partitions if the consumer has several (see `Partitions.change`): events with the same key are
   * handled in the order of the log. Their stream by default, and then a partition reads its own events only; with a key each one
   * decodes all. A function of the event alone, and always the same: make the consumer one partition before you change it. If it
   * fails, the stream is parked in every partition.
   */
  readonly partitionBy?: ((event: Event, envelope: Projection.Envelope) => string) | undefined
  /**
   * Handles an event: returns an effect, or is an async function. One event at a time, in the order of the log, or as
   * `concurrency` says. May run again for the same event with the same `delivery.key`: after a failure, after a crash, and if
   * another program takes over from one that was suspended. A thrown error or a rejected promise is a failure.
   */
  readonly handle?: ((event: Event, delivery: Delivery, context: HandlerContext) => Handling<unknown, R>) | undefined
  /**
   * In place of `handle`: handles the events of a batch together, in the order of the log, at most `batchSize` stored events of the
   * options. If it fails, it runs again with the events one by one, until one fails.
   */
  readonly handleAll?:
    | ((delivered: ReadonlyArray<Delivered<Event>>, context: HandlerContext) => Handling<unknown, R>)
    | undefined
  /** A handler that takes longer is interrupted and has failed; 30 seconds by default. */
  readonly timeout?: Duration.Input | undefined
  /**
   * Whether the handler's statements are part of the transaction that stores the checkpoint, if its client is that of the
   * store: they then take effect exactly once, also if the handler runs again after another event of its batch has failed.
   * False by default: a handler that waits for the network must not hold locks. Always so on the embedded database, which has one
   * session: everything else that uses it waits while a handler runs.
   */
  readonly inTransaction?: boolean | undefined
  /**
   * The maximum number of events that `handle` handles at the same time, 1 by default. They are of different streams: the events of
   * a stream are handled one after another, in order. 1 with `handleAll`, `inTransaction` and `partitionBy`, and always on the
   * embedded database.
   */
  readonly concurrency?: number | undefined
}

/** A consumer, checked and ready for use. */
export interface Consumer<Event extends Tagged, R = never>
  extends Omit<Definition<Event, R>, "handle" | "handleAll" | "timeout" | "inTransaction" | "concurrency">
{
  readonly handle: ((event: Event, delivery: Delivery) => Effect.Effect<unknown, unknown, R>) | undefined
  readonly handleAll: ((delivered: ReadonlyArray<Delivered<Event>>) => Effect.Effect<unknown, unknown, R>) | undefined
  /** The stored names of the event types that it reads, former names included. */
  readonly types: ReadonlyArray<string>
  readonly timeout: Duration.Duration
  readonly inTransaction: boolean
  readonly concurrency: number
}

const namePattern = /^[A-Za-z0-9_-]{1,100}$/

/** Makes a consumer. Fails with `InvalidInput` for the part of the definition that breaks a rule. */
export const make = <Event extends Tagged, R = never>(
  { concurrency = 1, handle, handleAll, inTransaction = false, timeout = "30 seconds", ...definition }: Definition<
    Event,
    R
  >
): Result.Result<Consumer<Event, R>, InvalidInput> =>
  Result.gen(function*() {
    if (!namePattern.test(definition.name)) {
      return yield* invalid("name", "must be 1 to 100 ASCII letters, digits, dashes and underscores")
    }
    yield* checkStart(definition.startAt)
    if ((handle === undefined) === (handleAll === undefined)) {
      return yield* invalid("handle", "must be given, or handleAll in its place")
    }
    yield* CheckOptions.count("concurrency", concurrency)
    if (concurrency > 1 && (inTransaction || handleAll !== undefined || definition.partitionBy !== undefined)) {
      return yield* invalid("concurrency", "must be 1 with handleAll, inTransaction or partitionBy")
    }
    const { types } = yield* Projection.make({ ...definition, version: 1, ...withoutRows })
    return {
      ...definition,
      types,
      concurrency,
      inTransaction,
      timeout: yield* CheckOptions.duration("timeout", timeout),
      handle: handle && ((event, delivery) => run((context) => handle(event, delivery, context))),
      handleAll: handleAll && ((delivered) => run((context) => handleAll(delivered, context)))
    }
  })

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <Event extends Tagged, R = never>(definition: Definition<Event, R>): Consumer<Event, R> =>
  Result.getOrThrow(make(definition))

// An error that a handler throws before it returns an effect or a promise is its failure, too.
const run = <R>(handle: (context: HandlerContext) => Handling<unknown, R>): Effect.Effect<unknown, unknown, R> =>
  call((context) => Result.getOrElse(attempt(() => handle(context)), (reason) => Effect.fail(reason)), Effect.fail)

const checkStart = (startAt: unknown): Result.Result<void, InvalidInput> => {
  const after: unknown = Object(startAt).after
  return startAt === "start" || startAt === "now" || Number.isSafeInteger(after) && Number(after) >= 0
    ? Result.void
    : invalid("startAt", "must be \"start\", \"now\" or { after: a position }")
}

// As a projection without rows, so that the definition is checked as every projection is.
const withoutRows = { keys: () => [], state: Schema.Null, initialState: null, evolve: () => null }
