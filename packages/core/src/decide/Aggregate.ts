/** A decider with the category of its streams, its event codec and its snapshots: all that a command handler needs. */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { EventCodec } from "../event/EventCodec.ts"
import type { Tagged } from "../event/EventType.ts"
import { invalid, type InvalidInput } from "../event/InvalidInput.ts"
import type * as Json from "../event/Json.ts"
import * as NewEvent from "../event/NewEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import * as Sha256 from "../journal/internal/Sha256.ts"
import type { CommandInvalid } from "./CommandInvalid.ts"
import type { CommandVersions } from "./CommandVersions.ts"
import type { Decider } from "./Decider.ts"
import * as CommandCodec from "./internal/CommandCodec.ts"
import * as StateCodec from "./internal/StateCodec.ts"

/** The definition of an aggregate. */
export interface Definition<Command, State, Event extends Tagged, Refusal> {
  /** The category of its streams; must not contain a dash. */
  readonly category: string
  /** The codec of its events. */
  readonly events: EventCodec<Event>
  readonly decider: Decider<Command, State, Event, Refusal>
  /**
   * The schema of its commands, checked before a command is handled. Required by `parseCommand`, and by idempotency
   * keys if commands are not plain JSON (dates, bigints …). With `CommandVersions`, a command that a process recorded in an
   * older version is handled in the latest one.
   */
  readonly commands?: Schema.ConstraintCodec<Command, unknown> | CommandVersions<Command> | undefined
  /** How states are stored as snapshots; no snapshots by default. */
  readonly snapshots?: SnapshotDefinition<State> | undefined
}

/** How states are stored as snapshots. A snapshot makes a load faster and never changes its result. */
export interface SnapshotDefinition<State> {
  /** The name under which the snapshots are stored, 1 to 255 UTF-16 units. */
  readonly name: string
  /** A whole number. Raise it when `evolve` folds old events differently: a changed function is not detected. */
  readonly version: number
  readonly state: Schema.ConstraintCodec<State, unknown>
  /** Events between snapshots, 1 or more: a handler saves one when the stream passes a multiple of this number. */
  readonly every: number
}

/** An aggregate, checked and ready for use. */
export interface Aggregate<Command, State, Event extends Tagged, Refusal>
  extends Omit<Definition<Command, State, Event, Refusal>, "commands" | "snapshots">
{
  readonly commands: Option.Option<CommandCodec.CommandCodec<Command>>
  readonly snapshots: Option.Option<Snapshotting<State>>
}

/** A snapshot definition, checked and ready for use. */
export interface Snapshotting<State> {
  readonly name: string
  readonly every: number
  /**
   * The SHA-256 of the declared version, the state's schema and the codec's versions, in hexadecimal. A snapshot with
   * another fingerprint is ignored.
   */
  readonly fingerprint: string
  readonly encode: (state: State) => Result.Result<Json.Json, InvalidInput>
  readonly decode: (stored: Json.Json) => Option.Option<State>
}

/** Makes an aggregate. Fails with `InvalidInput` for the part of the definition that breaks a rule. */
export const make = <Command, State, Event extends Tagged, Refusal>(
  definition: Definition<Command, State, Event, Refusal>
): Result.Result<Aggregate<Command, State, Event, Refusal>, InvalidInput> =>
  Result.gen(function*() {
    const problem = StreamName.categoryProblem(definition.category)
    if (problem !== undefined) return yield* invalid("category", problem)
    const commands = definition.commands === undefined
      ? Option.none()
      : Option.some(yield* CommandCodec.make(definition.commands, "commands"))
    if (definition.snapshots === undefined) return { ...definition, commands, snapshots: Option.none() }
    const snapshots = yield* compile(definition.snapshots, definition.events.fingerprint)
    return { ...definition, commands, snapshots: Option.some(snapshots) }
  })

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <Command, State, Event extends Tagged, Refusal>(
  definition: Definition<Command, State, Event, Refusal>
): Aggregate<Command, State, Event, Refusal> => Result.getOrThrow(make(definition))

/**
 * Decodes a command from JSON. Fails with `CommandInvalid`, which lists all problems, or with `InvalidInput` if the
 * aggregate defines no schema of commands.
 */
export const parseCommand = <Command, State, Event extends Tagged, Refusal>(
  { commands }: Aggregate<Command, State, Event, Refusal>,
  input: unknown
): Result.Result<Command, CommandInvalid | InvalidInput> =>
  Option.isSome(commands)
    ? commands.value.decode(input)
    : invalid("commands", "must be a schema in the definition of the aggregate, to parse a command")

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
      // A cryptographic hash: a snapshot with the same fingerprint is used without another check.
      fingerprint: Sha256.ofText(JSON.stringify([version, text, codecFingerprint])),
      encode,
      decode: (stored) => Result.getSuccess(decode(stored))
    }
  })
