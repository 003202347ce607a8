/**
 * A keyed fold over many streams: each event says which rows it touches, and each row is the fold of the events that
 * touch it. Pure, so that a daemon, a rebuild and a look into the past give the same rows.
 */
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { Aggregate } from "../decide/Aggregate.ts"
import * as StateCodec from "../decide/internal/StateCodec.ts"
import type { EventCodec } from "../event/EventCodec.ts"
import { InvalidInput } from "../event/InvalidInput.ts"
import type { Json } from "../event/Json.ts"
import * as NewEvent from "../event/NewEvent.ts"
import type { RecordedEvent } from "../event/RecordedEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import * as RowIndex from "./internal/RowIndex.ts"

/** What is known of an event beside the event itself: its place, its times, who caused it. */
export type Envelope = Omit<RecordedEvent, "type" | "schemaVersion" | "data">

/** What `evolve` gives for a row that is to be no more. An event that touches its key later starts it anew. */
export const removed: unique symbol = Symbol.for("@refold/core/Projection/removed")
/** The type of `removed`. */
export type Removed = typeof removed

type Tagged = { readonly _tag: string }

/** What a projection is made of. */
export interface Definition<Event extends Tagged, State, Index extends string> {
  /** Unique in a store, 1 to 255 UTF-16 units. */
  readonly name: string
  /**
   * A whole number of 1 or more. Raise it whenever `keys`, `evolve`, `state` or `indexes` change: the rows are then
   * filled anew beside the old ones. An edited function cannot be detected.
   */
  readonly version: number
  /** Reads the events; all other types are passed by. */
  readonly events: EventCodec<Event>
  /** Only events of streams in these categories; of all, where left out. */
  readonly categories?: ReadonlyArray<string> | undefined
  /** The keys of the rows that an event touches, each 1 to 255 UTF-16 units; `byStream` for one row for each stream. */
  readonly keys: (event: Event, envelope: Envelope) => ReadonlyArray<string>
  /** What a row holds; encoded, it is what is stored. */
  readonly state: Schema.ConstraintCodec<State, unknown>
  /** What a row is before its first event; `evolve` gets a copy. */
  readonly initialState: NoInfer<State>
  /** What an event makes of one of the rows that it touches. Knows of a state only what its schema stores. */
  readonly evolve: (state: State, event: Event, envelope: Envelope, key: string) => NoInfer<State> | Removed
  /**
   * By name, the fields of the encoded state that rows can be filtered and sorted by: text, booleans and finite numbers
   * that every state has. See `RowIndex`.
   */
  readonly indexes?: { readonly [name in Index]: ReadonlyArray<string> } | undefined
}

/** A projection, checked and ready for use. */
export interface Projection<Event extends Tagged, State, Index extends string = never>
  extends Omit<Definition<Event, State, Index>, "indexes" | "state">
{
  readonly indexes: ReadonlyArray<RowIndex.RowIndex>
  /** The stored names of the event types that it reads. */
  readonly types: ReadonlyArray<string>
  /** Whether each stream has one row of its own, under its name. */
  readonly isKeyedByStream: boolean
  /** Whether handlers of an aggregate write its rows together with their events; see `ofAggregate`. */
  readonly isInline: boolean
  readonly encode: (state: State) => Result.Result<Json, InvalidInput>
  /** Failures say why. */
  readonly decode: (stored: Json) => Result.Result<State, string>
  // Only for inference.
  readonly Index?: Index
}

/** One row for each stream, under the stream's name. */
export const byStream = (_: unknown, { stream }: Envelope): ReadonlyArray<string> => [stream]

/** A projection, or `InvalidInput` naming the part of the definition that breaks a rule. */
// A `const State` keeps literals that `evolve` gives as narrow as the schema wants them.
export const make = <Event extends Tagged, const State, const Index extends string = never>(
  definition: Definition<Event, State, Index>
): Result.Result<Projection<Event, State, Index>, InvalidInput> => compile(definition, false)

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <Event extends Tagged, const State, const Index extends string = never>(
  definition: Definition<Event, State, Index>
): Projection<Event, State, Index> => Result.getOrThrow(make(definition))

/** What a projection of an aggregate's states is made of; for its `version`, see `Definition`. */
export type AggregateDefinition<State, Index extends string> = Pick<
  Definition<Tagged, State, Index>,
  "name" | "version" | "state" | "indexes"
>

/**
 * The states of an aggregate as rows, one for each stream, under its name. A handler that is given this projection
 * writes the row in the same statement as the events; readers fold whatever a row that they have found has not seen.
 */
export const ofAggregate = <Command, State, Event extends Tagged, Refusal, const Index extends string = never>(
  { category, codec, decider }: Aggregate<Command, State, Event, Refusal>,
  definition: AggregateDefinition<State, Index>
): Result.Result<Projection<Event, State, Index>, InvalidInput> =>
  compile({
    ...definition,
    events: codec,
    categories: [category],
    keys: byStream,
    initialState: decider.initialState,
    evolve: decider.evolve
  }, true)

/** As `ofAggregate`, for module constants: throws the `InvalidInput`. */
export const ofAggregateUnsafe = <Command, State, Event extends Tagged, Refusal, const Index extends string = never>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  definition: AggregateDefinition<State, Index>
): Projection<Event, State, Index> => Result.getOrThrow(ofAggregate(aggregate, definition))

const compile = <Event extends Tagged, State, Index extends string>(
  definition: Definition<Event, State, Index>,
  isInline: boolean
): Result.Result<Projection<Event, State, Index>, InvalidInput> =>
  Result.gen(function*() {
    const { categories, events, indexes, name, state, version, ...rest } = definition
    yield* NewEvent.checkName(name, "name")
    yield* checkVersion(version)
    if (categories?.length === 0) return yield* invalid("categories", "must have at least one category, or be left out")
    for (const [index, category] of (categories ?? []).entries()) {
      const problem = StreamName.categoryProblem(category)
      if (problem !== undefined) return yield* invalid(`categories[${index}]`, problem)
    }
    const types = events.storedTypes()
    if (types.length === 0) return yield* invalid("events", "must have at least one event type")
    const { decode, encode, schema } = yield* StateCodec.make(state, "state")
    const compiled = yield* RowIndex.compile(indexes ?? {}, schema.document)
    return {
      ...rest,
      name,
      version,
      events,
      categories,
      indexes: compiled,
      types,
      isKeyedByStream: definition.keys === byStream,
      isInline,
      encode: (state) => Result.flatMap(encode(state), (encoded) => RowIndex.check(compiled, encoded)),
      decode
    }
  })

const maxVersion = 2_147_483_647

const checkVersion = (version: number): Result.Result<unknown, InvalidInput> =>
  Number.isInteger(version) && version >= 1 && version <= maxVersion
    ? Result.void
    : invalid("version", `must be a whole number from 1 to ${maxVersion}`)

const invalid = (field: string, rule: string): Result.Result<never, InvalidInput> =>
  Result.fail(new InvalidInput({ field, rule }))
