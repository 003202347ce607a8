/** A decider and where its events live: everything a store needs to load its state and handle its commands. */
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { EventCodec } from "../event/EventCodec.ts"
import { InvalidInput } from "../event/InvalidInput.ts"
import type * as Json from "../event/Json.ts"
import * as NewEvent from "../event/NewEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import type { CommandInvalid } from "./CommandInvalid.ts"
import type { Decider } from "./Decider.ts"
import * as CommandCodec from "./internal/CommandCodec.ts"
import * as StateCodec from "./internal/StateCodec.ts"

/** What an aggregate is made of. */
export interface Definition<Command, State, Event extends { readonly _tag: string }, Refusal> {
  /** The category of its streams; holds no dash. */
  readonly category: string
  readonly codec: EventCodec<Event>
  readonly decider: Decider<Command, State, Event, Refusal>
  /**
   * What a command must look like, checked before anything else is done with it. Needed for commands that are not JSON
   * by themselves (dates, bigints …) to be repeated under an idempotency key, and for `parseCommand`.
   */
  readonly commands?: Schema.ConstraintCodec<Command, unknown> | undefined
  /** Whether and how its states are remembered between loads; by default they are not. */
  readonly snapshots?: SnapshotDefinition<State> | undefined
}

/** How states are remembered. A snapshot never changes what a load answers, only how long it takes. */
export interface SnapshotDefinition<State> {
  /** The name of the view whose states these are, 1 to 255 UTF-16 units. */
  readonly name: string
  /** Raise it when `evolve` changes what it makes of old events: an edited function cannot be detected. */
  readonly version: number
  readonly state: Schema.ConstraintCodec<State, unknown>
  /** A handler saves a snapshot whenever the stream passes a multiple of this many events, 1 or more. */
  readonly every: number
}

/** A kind of stream: its category, how its events are stored, and who decides on it. */
export interface Aggregate<Command, State, Event extends { readonly _tag: string }, Refusal>
  extends Omit<Definition<Command, State, Event, Refusal>, "commands" | "snapshots">
{
  readonly commands: Option.Option<CommandCodec.CommandCodec<Command>>
  readonly snapshots: Option.Option<Snapshotting<State>>
}

/** A snapshot definition made ready for use. */
export interface Snapshotting<State> {
  readonly name: string
  readonly every: number
  /**
   * What a snapshot must have been taken with to be believed, as a text: the declared version, the state's schema and
   * the codec's versions.
   */
  readonly fingerprint: string
  readonly encode: (state: State) => Result.Result<Json.Json, InvalidInput>
  readonly decode: (stored: Json.Json) => Option.Option<State>
}

/** An aggregate, or `InvalidInput` naming the part of the definition that breaks a rule. */
export const make = <Command, State, Event extends { readonly _tag: string }, Refusal>(
  definition: Definition<Command, State, Event, Refusal>
): Result.Result<Aggregate<Command, State, Event, Refusal>, InvalidInput> =>
  Result.gen(function*() {
    const problem = StreamName.categoryProblem(definition.category)
    if (problem !== undefined) return yield* invalid("category", problem)
    const commands = definition.commands === undefined
      ? Option.none()
      : Option.some(yield* CommandCodec.make(definition.commands, "commands"))
    if (definition.snapshots === undefined) return { ...definition, commands, snapshots: Option.none() }
    const snapshots = yield* compile(definition.snapshots, definition.codec.fingerprint)
    return { ...definition, commands, snapshots: Option.some(snapshots) }
  })

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <Command, State, Event extends { readonly _tag: string }, Refusal>(
  definition: Definition<Command, State, Event, Refusal>
): Aggregate<Command, State, Event, Refusal> => Result.getOrThrow(make(definition))

/**
 * The command that came over a wire, in its JSON form, or `CommandInvalid` with everything that is wrong with it. Fails
 * with `InvalidInput` where the aggregate does not say what its commands look like.
 */
export const parseCommand = <Command, State, Event extends { readonly _tag: string }, Refusal>(
  { commands }: Aggregate<Command, State, Event, Refusal>,
  input: unknown
): Result.Result<Command, CommandInvalid | InvalidInput> =>
  Option.isSome(commands)
    ? commands.value.decode(input)
    : invalid("commands", "must be a part of the aggregate's definition for a command to be parsed")

const compile = <State>(
  { every, name, state, version }: SnapshotDefinition<State>,
  codecFingerprint: string
): Result.Result<Snapshotting<State>, InvalidInput> =>
  Result.gen(function*() {
    yield* NewEvent.checkName(name, "snapshots.name")
    if (!Number.isInteger(version)) return yield* invalid("snapshots.version", "must be a whole number")
    if (!Number.isInteger(every) || every < 1) return yield* invalid("snapshots.every", "must be a whole number from 1")
    const { decode, encode, schema: { text } } = yield* StateCodec.make(state, "snapshots.state")
    return {
      name,
      every,
      fingerprint: [version, text, codecFingerprint].map((part) => Hash.string(String(part)).toString(36)).join("."),
      encode,
      decode: (stored) => Result.getSuccess(decode(stored))
    }
  })

const invalid = (field: string, rule: string): Result.Result<never, InvalidInput> =>
  Result.fail(new InvalidInput({ field, rule }))
