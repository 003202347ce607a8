/**
 * A keyed fold over many streams: `keys` maps an event to row keys, and a row is the fold of the events with its key.
 * Pure, so that the projector, a rebuild and a query of past rows give the same rows.
 */
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { Aggregate } from "../decide/Aggregate.ts"
import * as StateCodec from "../decide/internal/StateCodec.ts"
import type { EventCodec } from "../event/EventCodec.ts"
import type { Tagged } from "../event/EventType.ts"
import { invalid, type InvalidInput } from "../event/InvalidInput.ts"
import type { Json } from "../event/Json.ts"
import * as NewEvent from "../event/NewEvent.ts"
import type { RecordedEvent } from "../event/RecordedEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import * as RowIndex from "./internal/RowIndex.ts"
import * as StoredDefinition from "./internal/StoredDefinition.ts"

/** The envelope of an event: its stream, version, position, times, id and metadata. */
export type Envelope = Omit<RecordedEvent, "type" | "schemaVersion" | "data" | "commit">

/** Returned by `evolve` to delete the row. A later event with its key starts again from the initial state. */
export const removed: unique symbol = Symbol.for("@refold/core/Projection/removed")
/** The type of `removed`. */
export type Removed = typeof removed

/** The definition of a projection. */
export interface Definition<Event extends Tagged, State, Index extends string> {
  /** Unique in a store, 1 to 255 UTF-16 units. */
  readonly name: string
  /**
   * A whole number of 1 or more. It covers everything that the rows depend on: the stored event types with their former
   * names, `categories`, `keys`, `initialState`, `evolve`, `state` and `indexes`, whether the rows are inline, and what
   * upcasters give. Raise it when one of them changes: the rows are then rebuilt beside the old ones. The store compares the
   * event types, categories, indexes and whether the rows are inline, and refuses others under the same version with
   * `DefinitionMismatch`; changed functions and schemas are not detected. A new schema version of an event type needs no
   * higher version if the rows stay the same.
   */
  readonly version: number
  /** The codec of the events that it reads; events of other types are skipped. */
  readonly events: EventCodec<Event>
  /** Only events of streams in these categories; of all categories by default. */
  readonly categories?: ReadonlyArray<string> | undefined
  /**
   * The keys of the rows that an event changes, each 1 to 255 UTF-16 units; `byStream` for one row per stream. Declare the
   * envelope, here and in `evolve`, as a parameter without a default: a projection that declares none reads none.
   */
  readonly keys: (event: Event, envelope: Envelope) => ReadonlyArray<string>
  /** The schema of a row; the encoded row is stored as JSON. */
  readonly state: Schema.ConstraintCodec<State, unknown>
  /** The state of a row before its first event; `evolve` gets a copy. */
  readonly initialState: NoInfer<State>
  /**
   * Applies an event to one of its rows; `removed` deletes the row. The given state is as its schema decodes it. The order
   * of keys in the state and the event must not matter: stores do not keep it.
   */
  readonly evolve: (state: State, event: Event, envelope: Envelope, key: string) => NoInfer<State> | Removed
  /**
   * By name, the fields of the encoded state that rows can be filtered and sorted by: strings, booleans, finite numbers,
   * bigints, `BigDecimal`s, `Date`s and `DateTime.Utc`s that every state has. Fields are compared by their meaning; one that
   * is stored as a text with another order, such as a duration or a zoned time, is refused.
   */
  readonly indexes?: { readonly [name in Index]: ReadonlyArray<string> } | undefined
}

/** A projection, checked and ready for use. */
export interface Projection<Event extends Tagged, State, Index extends string = never>
  extends Omit<Definition<Event, State, Index>, "indexes" | "state">
{
  readonly indexes: ReadonlyArray<RowIndex.RowIndex>
  /** The stored names of the event types that it reads, former names included. */
  readonly types: ReadonlyArray<string>
  /** Whether each stream has one row, with the stream's name as its key. */
  readonly isKeyedByStream: boolean
  /** Whether command handlers write its rows together with the events; see `ofAggregate`. */
  readonly isInline: boolean
  /** The parts of the definition that a store compares, as a string. */
  readonly definition: string
  /** The JSON Schema of the encoded states and its definitions, for descriptions of the rows. */
  readonly document: StateCodec.JsonSchema
  readonly encode: (state: State) => Result.Result<Json, InvalidInput>
  /** Decodes a stored state; a failure is the reason. */
  readonly decode: (stored: Json) => Result.Result<State, string>
  // For type inference only.
  readonly Index?: Index
}

/** One row per stream, with the stream's name as its key. */
export const byStream = (_: unknown, { stream }: Envelope): ReadonlyArray<string> => [stream]

/** Makes a projection. Fails with `InvalidInput` for the part of the definition that breaks a rule. */
// `const State` keeps the types of literals that `evolve` returns narrow.
export const make = <Event extends Tagged, const State, const Index extends string = never>(
  definition: Definition<Event, State, Index>
): Result.Result<Projection<Event, State, Index>, InvalidInput> => compile(definition, false)

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <Event extends Tagged, const State, const Index extends string = never>(
  definition: Definition<Event, State, Index>
): Projection<Event, State, Index> => Result.getOrThrow(make(definition))

/**
 * The definition of a projection of an aggregate's states; for `version`, see `Definition`. The schema must keep everything
 * that `evolve` reads: a projector folds on from the row, a command handler from the whole state.
 */
export type AggregateDefinition<State, Index extends string> = Pick<
  Definition<Tagged, State, Index>,
  "name" | "version" | "state" | "indexes"
>

/**
 * Makes a projection with the states of an aggregate as rows, one per stream, with the stream's name as its key. A
 * command handler with this projection writes the row in the statement that appends the events; readers fold the events
 * that are newer than the row.
 */
export const ofAggregate = <Command, State, Event extends Tagged, Refusal, const Index extends string = never>(
  { category, events: codec, decider }: Aggregate<Command, State, Event, Refusal>,
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
    const compiled = yield* RowIndex.compile(indexes ?? {}, schema)
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
      definition: StoredDefinition.render({
        kind: isInline ? "inline rows" : "rows",
        types,
        categories,
        indexes: compiled
      }),
      document: schema.document,
      encode: (state) => Result.flatMap(encode(state), (encoded) => RowIndex.check(compiled, encoded)),
      decode
    }
  })

const maxVersion = 2_147_483_647

const checkVersion = (version: number): Result.Result<unknown, InvalidInput> =>
  Number.isInteger(version) && version >= 1 && version <= maxVersion
    ? Result.void
    : invalid("version", `must be a whole number from 1 to ${maxVersion}`)
