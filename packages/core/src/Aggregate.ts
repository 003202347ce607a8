/** A decider and where its events live: everything a store needs to load its state and handle its commands. */
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Decider } from "./Decider.ts"
import type { EventCodec } from "./EventCodec.ts"
import { InvalidInput } from "./InvalidInput.ts"
import * as Json from "./Json.ts"
import * as NewEvent from "./NewEvent.ts"
import * as StreamName from "./StreamName.ts"

/** What an aggregate is made of. */
export interface Definition<Command, State, Event extends { readonly _tag: string }, Refusal> {
  /** The category of its streams; holds no dash. */
  readonly category: string
  readonly codec: EventCodec<Event>
  readonly decider: Decider<Command, State, Event, Refusal>
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
  extends Omit<Definition<Command, State, Event, Refusal>, "snapshots">
{
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
    if (definition.snapshots === undefined) return { ...definition, snapshots: Option.none() }
    const snapshots = yield* compile(definition.snapshots, definition.codec.fingerprint)
    return { ...definition, snapshots: Option.some(snapshots) }
  })

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <Command, State, Event extends { readonly _tag: string }, Refusal>(
  definition: Definition<Command, State, Event, Refusal>
): Aggregate<Command, State, Event, Refusal> => Result.getOrThrow(make(definition))

const compile = <State>(
  { every, name, state, version }: SnapshotDefinition<State>,
  codecFingerprint: string
): Result.Result<Snapshotting<State>, InvalidInput> =>
  Result.gen(function*() {
    yield* NewEvent.checkName(name, "snapshots.name")
    if (!Number.isInteger(version)) return yield* invalid("snapshots.version", "must be a whole number")
    if (!Number.isInteger(every) || every < 1) return yield* invalid("snapshots.every", "must be a whole number from 1")
    // Whatever the state's schema encodes to (dates, maps …) becomes JSON.
    const codec = Schema.toCodecJson(state)
    const encode = Schema.encodeUnknownResult(codec)
    const schema = JSON.stringify(Schema.toJsonSchemaDocument(codec))
    return {
      name,
      every,
      fingerprint: [version, schema, codecFingerprint].map((part) => Hash.string(String(part)).toString(36)).join("."),
      encode: (value: State) =>
        Result.mapError(encode(value), ({ message }) => new InvalidInput({ field: "state", rule: message })).pipe(
          Result.flatMap((encoded) => Json.storable(encoded, "state"))
        ),
      decode: Schema.decodeUnknownOption(codec)
    }
  })

const invalid = (field: string, rule: string): Result.Result<never, InvalidInput> =>
  Result.fail(new InvalidInput({ field, rule }))
