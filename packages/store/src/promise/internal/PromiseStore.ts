/** A store whose functions return promises: the same handlers, loads, rows and loops as those of effects. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { AsOf } from "@refold/core/journal/AsOf"
import type { Appended } from "@refold/core/journal/Commit"
import type { ReadStreamOptions } from "@refold/core/journal/ReadOptions"
import type { Process } from "@refold/core/process/Process"
import type { Projection } from "@refold/core/project/Projection"
import type { NonEmptyReadonlyArray } from "effect/Array"
import type * as Effect from "effect/Effect"
import type * as Consumer from "../../consume/Consumer.ts"
import type { HandlerOptions } from "../../decide/CommandHandler.ts"
import type { LoadedState } from "../../decide/LoadedState.ts"
import type { SnapshotStore } from "../../decide/SnapshotStore.ts"
import type * as Together from "../../decide/Together.ts"
import type * as EventReader from "../../log/EventReader.ts"
import type { EventStore } from "../../log/EventStore.ts"
import type * as ProcessRunner from "../../process/ProcessRunner.ts"
import type * as Projector from "../../project/Projector.ts"
import type { ReadModelStore } from "../../project/ReadModelStore.ts"
import type { CallOptions, Handler } from "./PromiseHandler.ts"
import type { Rows } from "./PromiseRows.ts"
import type { Running } from "./Running.ts"

/** The services that every store has. */
export type Services = EventStore | EventReader.EventReader | SnapshotStore | ReadModelStore

/** The options of a load. */
export interface LoadOptions extends CallOptions {
  /** A point in the past; now by default. */
  readonly asOf?: AsOf | undefined
}

/** The options of commands that are handled together; see `Together.handle`. */
export interface TogetherOptions extends Together.TogetherOptions, CallOptions {}

/** The options of a subscription; see `EventReader.subscribe`. */
export interface SubscribeOptions extends EventReader.SubscribeOptions, CallOptions {}

/**
 * A store of events, rows and processes. Its functions return promises, which are rejected with an `Error`: a `Refused`, an error of
 * the library with a `_tag`, or the reason of a signal. `Extra` are the services of the adapter besides the ports, for `effect`.
 */
export interface Store<Extra = never> extends AsyncDisposable {
  /** Makes a handler of an aggregate's commands; see `CommandHandler.make`. Make it once per aggregate: it caches states. */
  readonly handler: <Command, State, Event extends Tagged, Refusal>(
    aggregate: Aggregate<Command, State, Event, Refusal>,
    options?: HandlerOptions<State>
  ) => Handler<Command, State, Event, Refusal>
  /** Loads the state of an aggregate, now or as of a past point; see `State.load`. */
  readonly load: <Command, State, Event extends Tagged, Refusal>(
    aggregate: Aggregate<Command, State, Event, Refusal>,
    id: string,
    options?: LoadOptions
  ) => Promise<LoadedState<State>>
  /**
   * Handles commands of several aggregates in one commit; see `Together.handle`. Resolves with undefined if no part has events, and
   * rejects with `PartRefused` for the first part that is refused.
   */
  readonly together: (
    parts: NonEmptyReadonlyArray<Together.Part<unknown>>,
    options?: TogetherOptions
  ) => Promise<Appended | undefined>
  /** The events of one stream, in their order; see `EventReader.readStream`. */
  readonly readStream: (stream: StreamName, options?: ReadStreamOptions & CallOptions) => AsyncIterable<RecordedEvent>
  /** The events of all streams up to the head, in their order; see `EventReader.readAll`. */
  readonly readAll: (options?: EventReader.ReadLogOptions & CallOptions) => AsyncIterable<RecordedEvent>
  /** The events after a position, each once and in order, without end, with back-pressure; see `EventReader.subscribe`. */
  readonly subscribe: (options?: SubscribeOptions) => AsyncIterable<RecordedEvent>
  /**
   * As `subscribe`, each event with the cursor to subscribe with after it, and the progress of the subscription: `_tag` is `Event`
   * or `Progress`.
   */
  readonly subscribeWithCursors: (options?: SubscribeOptions) => AsyncIterable<EventReader.Delivered>
  /** Keeps the rows of a projection up to date in the background; see `Projector.start`. */
  readonly project: <Event extends Tagged, State>(
    projection: Projector.Runnable<Event, State, Services | Extra>,
    options?: Projector.Options & CallOptions
  ) => Promise<Running>
  /** Runs a process or a saga in the background; see `ProcessRunner.start`. */
  readonly run: <Event extends Tagged, State>(
    process: Process<Event, State>,
    options: ProcessRunner.Options<Services | Extra> & CallOptions
  ) => Promise<Running>
  /** Runs a consumer in the background; see `Consumer.start`. */
  readonly consume: <Event extends Tagged>(
    consumer: Consumer.Consumer<Event, Services | Extra>,
    options?: Consumer.Options & CallOptions
  ) => Promise<Running>
  /** The rows of a projection. */
  readonly rows: <Event extends Tagged, State, Index extends string>(
    projection: Projection<Event, State, Index>
  ) => Rows<State, Index>
  /** Runs an effect with the services of the store: for everything that has no function here. */
  readonly effect: <A, E>(effect: Effect.Effect<A, E, Services | Extra>, options?: CallOptions) => Promise<A>
  /**
   * Stops what runs, ends the loops over subscriptions, waits for the calls that were made, and closes the store. Calls are refused with
   * `StoreClosed` as soon as these have stopped. A second call returns the same promise. Not to be awaited in a handler of the store.
   */
  readonly close: () => Promise<void>
}
