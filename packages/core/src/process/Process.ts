/**
 * A keyed View that reacts: each event for an instance changes its state, and may lead to commands, timeouts and the
 * instance's end. Pure; what was decided is recorded in the instance's own stream before anything is done about it.
 */
import type * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { EventCodec } from "../event/EventCodec.ts"
import { InvalidInput } from "../event/InvalidInput.ts"
import * as StreamName from "../event/StreamName.ts"
import type { Envelope } from "../project/Projection.ts"
import * as ProcessInstance from "./internal/ProcessInstance.ts"
import * as ProcessRows from "./internal/ProcessRows.ts"
import { cancel, complete, type Reaction, schedule, send, type Target } from "./internal/Reaction.ts"
import { type Notice, noticeTags, type Occasion } from "./ProcessInput.ts"

export { cancel, complete, schedule, send }
export type { Reaction }

type Tagged = { readonly _tag: string }

/** What a process is made of. */
export interface Definition<Event extends Tagged, State> {
  /**
   * Unique in a store, and the category of its streams: holds no dash, and is no aggregate's category. Its streams keep
   * it for ever.
   */
  readonly name: string
  /** Reads the events that it follows; all other types are passed by. */
  readonly events: EventCodec<Event>
  /** Only events of streams in these categories; of all, where left out. */
  readonly categories?: ReadonlyArray<string> | undefined
  /** Only events recorded since then; all, where left out. For a process that is put into service beside a log. */
  readonly since?: DateTime.Utc | undefined
  /** The aggregates that it sends commands to; each says what its commands look like. */
  readonly targets: ReadonlyArray<Target<never>>
  /** The id of the instance that an event is for, 1 to 200 UTF-16 units with the process's name; None for no one. */
  readonly correlate: (event: Event, envelope: Envelope) => Option.Option<string>
  readonly initialState: NoInfer<State>
  /** What an event, or a notice of its own doings, makes of an instance's state. */
  readonly evolve: (state: State, input: Event | Notice, occasion: Occasion) => NoInfer<State>
  /** What to do about it, in the state that it led to. What was decided once is recorded, and not decided again. */
  readonly react: (state: State, input: Event | Notice, occasion: Occasion, before: State) => ReadonlyArray<Reaction>
  /** Where an instance stands, in a word that is recorded with its reactions and can be searched for. */
  readonly phase?: ((state: State) => string) | undefined
}

/** A process, checked and ready for use. */
export interface Process<Event extends Tagged, State> extends Definition<Event, State> {
  /** The stored names of the event types that it reads. */
  readonly types: ReadonlyArray<string>
  /** Its instances: an aggregate whose events are what the process does. */
  readonly instances: ProcessInstance.Instances<State>
  /** The projection of its instances: where each stands. */
  readonly rows: ProcessRows.ProcessRows
}

/** The longest name of an instance's stream, in UTF-16 units: the keys of its commands are longer. */
export const maxStreamLength = 200

/** A process, or `InvalidInput` naming the part of the definition that breaks a rule. */
export const make = <Event extends Tagged, const State>(
  definition: Definition<Event, State>
): Result.Result<Process<Event, State>, InvalidInput> =>
  Result.gen(function*() {
    const { categories, events, name, targets } = definition
    const problem = StreamName.categoryProblem(name)
    if (problem !== undefined) return yield* invalid("name", problem)
    // A dash and at least one character of an id have to follow.
    if (name.length > maxStreamLength - 2)
      return yield* invalid("name", `must be at most ${maxStreamLength - 2} characters long`)
    const types = events.storedTypes()
    const taken = noticeTags.find((tag) => types.includes(tag))
    if (taken !== undefined) return yield* invalid("events", `must not have a type "${taken}": notices have that name`)
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
        return yield* invalid(`targets[${index}]`, "must say what its commands look like")
    }
    const instances = yield* ProcessInstance.make({ ...definition, phase: definition.phase })
    return { ...definition, types, instances, rows: yield* ProcessRows.make(name) }
  })

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <Event extends Tagged, const State>(
  definition: Definition<Event, State>
): Process<Event, State> => Result.getOrThrow(make(definition))

/** The stream of an instance, or `InvalidInput` where there can be none of that name. */
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
 * The instance of this process whose command led to an event: what `correlate` needs for events that say nothing of the
 * process by themselves.
 */
export const sender = ({ name }: { readonly name: string }, { metadata }: Envelope): Option.Option<string> => {
  const { process } = metadata
  return typeof process === "string" && process.startsWith(`${name}-`)
    ? Option.some(process.slice(name.length + 1))
    : Option.none()
}

const invalid = (field: string, rule: string): Result.Result<never, InvalidInput> =>
  Result.fail(new InvalidInput({ field, rule }))
