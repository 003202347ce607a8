/**
 * A process manager as a keyed View with reactions: an event for an instance changes the state of the instance and may
 * lead to commands, timeouts and completion. Pure; reactions are recorded in the instance's stream before they are
 * carried out.
 */
import type * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { EventCodec } from "../event/EventCodec.ts"
import type { Tagged } from "../event/EventType.ts"
import { invalid, type InvalidInput } from "../event/InvalidInput.ts"
import * as StreamName from "../event/StreamName.ts"
import type { Envelope } from "../project/Projection.ts"
import * as ProcessInstance from "./internal/ProcessInstance.ts"
import * as ProcessRows from "./internal/ProcessRows.ts"
import type { Progress } from "./internal/Progress.ts"
import { cancel, complete, type Reaction, schedule, scheduleAt, send, type Target } from "./internal/Reaction.ts"
import { type InputContext, type Signal, signalTags } from "./ProcessInput.ts"

export { cancel, complete, schedule, scheduleAt, send }
export type { Reaction }

/** The definition of a process. */
export interface Definition<Event extends Tagged, State> {
  /**
   * Unique in a store, and the category of its streams: it must not contain a dash or be the category of an aggregate.
   * It is part of the storage format.
   */
  readonly name: string
  /** The codec of the events that it observes; events of other types are skipped. */
  readonly events: EventCodec<Event>
  /** Only events of streams in these categories; of all categories by default. */
  readonly categories?: ReadonlyArray<string> | undefined
  /** Only events recorded at or after this time; all by default. For a new process on an existing log. */
  readonly since?: DateTime.Utc | undefined
  /** The aggregates that it sends commands to; each must define the schema of its commands. */
  readonly targets: ReadonlyArray<Target<never>>
  /**
   * The id of the instance that an event is for, or None; or the ids of several, at most 1,000. An id is, with the process's
   * name, at most 200 UTF-16 units long.
   */
  readonly correlate: (event: Event, envelope: Envelope) => Option.Option<string> | ReadonlyArray<string>
  readonly initialState: NoInfer<State>
  /** Applies an event, or a signal about its own commands and timeouts, to the state of an instance. */
  readonly evolve: (state: State, input: Event | Signal, context: InputContext) => NoInfer<State>
  /** Decides reactions in the state after `evolve`. They are recorded, and not decided again. */
  readonly react: (state: State, input: Event | Signal, context: InputContext, before: State) => ReadonlyArray<Reaction>
  /**
   * Whether an event starts a completed instance again, in its initial state; no event does by default. Outcomes of commands
   * that it decided before are recorded, and do not reach it.
   */
  readonly restartOn?: ((event: Event, envelope: Envelope) => boolean) | undefined
  /** The phase of an instance: a short string that is recorded with its reactions and indexed. */
  readonly phase?: ((state: State) => string) | undefined
  /** The phases in which an instance has ended, though it still reacts: its status is `Completed`. None by default. */
  readonly endPhases?: ReadonlyArray<string> | undefined
  /** The part of a state that is recorded with each reaction and restored; only sagas have it. */
  readonly progress?: Progress<Event, State> | undefined
}

/** A process, checked and ready for use. */
export interface Process<Event extends Tagged, State> extends Definition<Event, State> {
  /** The stored names of the event types that it observes, former names included. */
  readonly types: ReadonlyArray<string>
  /** The aggregate of its instances: its events record what an instance observed and decided. */
  readonly instances: ProcessInstance.Instances<State>
  /** The projection of its instances: the status, phase and due time of each. */
  readonly rows: ProcessRows.ProcessRows
}

/** Maximum length of an instance's stream name, in UTF-16 units; the idempotency keys of its commands are longer. */
export const maxStreamLength = 200

/** Maximum number of instances that one event is for. */
export const maxInstances = 1000

/** Makes a process. Fails with `InvalidInput` for the part of the definition that breaks a rule. */
export const make = <Event extends Tagged, const State>(
  definition: Definition<Event, State>
): Result.Result<Process<Event, State>, InvalidInput> =>
  Result.gen(function*() {
    const { categories, events, name, targets } = definition
    const problem = StreamName.categoryProblem(name)
    if (problem !== undefined) return yield* invalid("name", problem)
    // A dash and an id of at least one character follow the name.
    if (name.length > maxStreamLength - 2)
      return yield* invalid("name", `must be at most ${maxStreamLength - 2} characters long`)
    const types = events.storedTypes()
    const taken = signalTags.find((tag) => types.includes(tag))
    if (taken !== undefined) return yield* invalid("events", `must not have a type "${taken}": signals have that name`)
    if (types.length === 0) return yield* invalid("events", "must have at least one event type")
    if (categories?.length === 0) return yield* invalid("categories", "must have at least one category, or be left out")
    for (const [index, category] of (categories ?? []).entries()) {
      const problem = StreamName.categoryProblem(category)
      if (problem !== undefined) return yield* invalid(`categories[${index}]`, problem)
    }
    for (const [index, target] of targets.entries()) {
      if (target.category === name)
        return yield* invalid(`targets[${index}]`, "must have another category than the process")
      if (Option.isNone(target.commands))
        return yield* invalid(`targets[${index}]`, "must define the schema of its commands")
    }
    const instances = yield* ProcessInstance.make({ ...definition, phase: definition.phase })
    return { ...definition, types, instances, rows: yield* ProcessRows.make(definition) }
  })

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <Event extends Tagged, const State>(
  definition: Definition<Event, State>
): Process<Event, State> => Result.getOrThrow(make(definition))

/** The stream of an instance. Fails with `InvalidInput` if the id is empty or too long, or cannot be stored. */
export const streamOf = (
  { name }: { readonly name: string },
  instance: string
): Result.Result<StreamName.StreamName, InvalidInput> =>
  typeof instance !== "string" ?
    invalid("instance", "must be a text") :
    Result.flatMap(StreamName.make(name, instance), (stream) =>
      stream.length > maxStreamLength
        ? invalid("instance", `must be at most ${maxStreamLength - name.length - 1} characters long`)
        : Result.succeed(stream))

/**
 * The instance of this process whose command led to an event: for use in `correlate`, if the data of the event does not
 * identify the instance.
 */
export const sender = ({ name }: { readonly name: string }, { metadata }: Envelope): Option.Option<string> => {
  const { process } = metadata
  return typeof process === "string" && process.startsWith(`${name}-`)
    ? Option.some(process.slice(name.length + 1))
    : Option.none()
}
