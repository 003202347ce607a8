/**
 * Projections described as data, so that they can be generated and shown in a counterexample: the row keys of an event,
 * whether rows are removed, and which events cannot be folded.
 */
import { type EventCodec, makeUnsafe as makeCodec } from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as StreamName from "@refold/core/event/StreamName"
import * as Projection from "@refold/core/project/Projection"
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Sample from "../../kit/internal/Sample.ts"

/** The description of a projection. */
export interface Shape {
  readonly keys: keyof typeof keyFunctions
  /** Whether `JarSealed` removes its rows. */
  readonly removes: boolean
  /**
   * Where a poisoned event fails; see `isPoisonous`. "Event" means that the projection's codec cannot decode it, "Row" that
   * only its first row can be folded.
   */
  readonly poison: "Nothing" | "Event" | "Keys" | "Evolve" | "Row" | "State"
}

/** The categories that the projections read. Their names contain the placeholder of `FreshNames`. */
export const categories: readonly [string, string] = [`jars ${FreshNames.placeholder}`, `tins${FreshNames.placeholder}`]

type Event = Sample.Event
type Keys = (event: Event, envelope: Projection.Envelope) => ReadonlyArray<string>

const isSealed = (event: Event): event is typeof Sample.JarSealed.Event => event._tag === "JarSealed"

const keyFunctions = {
  stream: Projection.byStream,
  // The same rows, but not declared as keyed by stream.
  ownStream: (_, { stream }) => [stream],
  // Each row has events of one stream, and a stream has several rows.
  streamAndType: ({ _tag }, { stream }) => [`${_tag} ${stream}`, `any ${stream}`],
  category: (_, { stream }) => [StreamName.category(stream)],
  all: () => ["all"],
  coins: (event) => isSealed(event) ? ["0", "1"] : [String(event.coins % 3)],
  notes: (event) => event._tag === "CoinsAdded" ? event.notes : isSealed(event) ? ["a", "__proto__"] : [],
  actor: (_, { metadata }) => metadata.actor === undefined ? [] : [metadata.actor],
  none: () => []
} satisfies Record<string, Keys>

/** The schema of a row. `seen` lists the events that were folded into it. */
export const State = Schema.Struct({
  coins: Schema.Int,
  text: Schema.String,
  open: Schema.Boolean,
  seen: Schema.Array(Schema.String)
})

/** The state of a row. */
export type State = typeof State.Type

// The sample's event types, `CoinsAdded` with a further version, which the sample's own codec cannot decode.
const typesWith = (coins: typeof Schema.Int) => {
  const CoinsAdded = Sample.CoinsAdded.pipe(EventType.upcast(
    Schema.Struct({ coins, notes: Schema.Array(Schema.String), by: Schema.String }),
    (fields) => ({ ...fields, by: "" })
  ))
  const CoinsTaken = EventType.make("CoinsTaken", Schema.Struct({ coins })).pipe(EventType.renamedFrom("CoinsRemoved"))
  const JarFilled = Sample.Filled.pipe(EventType.splitInto(
    [CoinsAdded, CoinsTaken],
    (fields) =>
      Sample.partsOfFilled(fields).map((event) =>
        event._tag === "CoinsAdded" ? CoinsAdded.make({ ...event, by: "" }) : event
      )
  ))
  return [CoinsAdded, CoinsTaken, Sample.JarSealed, JarFilled, Sample.JarLookedAt] as const
}

const eventTypes = typesWith(Schema.Int)

/** Decodes all versions. */
const codec = makeCodec(eventTypes)

/** Cannot decode the events that `isPoisonous` names. */
const refusing = makeCodec(typesWith(Schema.Int.check(Schema.makeFilter((coins: number) => coins !== 7))))

/** Whether a shape with poison cannot fold this event. */
const isPoisonous = (event: Event): boolean => !isSealed(event) && event.coins === 7

const evolveBy = ({ keys, poison, removes }: Shape, version: number) =>
(
  { coins, open, seen, text }: State,
  event: Event,
  envelope: Projection.Envelope,
  key: string
): State | Projection.Removed => {
  const { metadata: { actor = "" }, occurredAt, stream, version: at } = envelope
  const isPoisoned = poison === "Evolve" || (poison === "Row" && keyFunctions[keys](event, envelope)[0] !== key)
  if (isPoisoned && isPoisonous(event)) throw new Error("seven")
  if (isSealed(event)) return removes ? Projection.removed : { coins, text, open: false, seen: [...seen, "sealed"] }
  const sign = event._tag === "CoinsAdded" ? 1 : -1
  const place = `${version} ${StreamName.id(stream)}@${at} ${DateTime.toEpochMillis(occurredAt)} ${actor} ${key.length}`
  return {
    coins: poison === "State" && isPoisonous(event) ? NaN : coins + sign * event.coins,
    text: event._tag === "CoinsAdded" ? event.notes.join("") : text,
    open,
    seen: [...seen, place]
  }
}

// Code without the last version of `CoinsAdded`, and code without some types.
const olderCodec = Sample.codec
const someOf = (types: ReadonlyArray<string>) => makeCodec(eventTypes.filter(({ name }) => types.includes(name)))

/** The name and the version of a projection. */
export interface MakeOptions {
  readonly fresh: FreshNames.FreshNames
  /** Distinguishes the projections of one run. */
  readonly name?: string | undefined
  readonly version?: number | undefined
  /** Whether the code lacks the last schema version of `CoinsAdded`; false by default. */
  readonly isOlder?: boolean | undefined
  /** Only these event types; all by default. */
  readonly types?: ReadonlyArray<string> | undefined
}

/** The projection of a shape. Different versions make different rows of the same events. */
export const make = (shape: Shape, { fresh, isOlder = false, name = "", types, version = 1 }: MakeOptions) =>
  Projection.makeUnsafe({
    name: fresh.text(`coins ${name} ${FreshNames.placeholder}`),
    version,
    // The codec is used for decoding only; events of these codecs may have an additional field.
    events: codecOf(shape, isOlder, types) as EventCodec<Event>,
    categories: categories.map(fresh.text),
    keys: shape.poison === "Keys" ? poisoned(keyFunctions[shape.keys]) : keyFunctions[shape.keys],
    state: State,
    initialState: { coins: 0, text: "", open: true, seen: [] },
    evolve: evolveBy(shape, version),
    indexes: { byCoins: ["coins"], byText: ["open", "text"] }
  })

const codecOf = ({ poison }: Shape, isOlder: boolean, types: ReadonlyArray<string> | undefined) =>
  types !== undefined ? someOf(types) : isOlder ? olderCodec : poison === "Event" ? refusing : codec

const poisoned = (keys: Keys): Keys => (event, envelope) => {
  if (isPoisonous(event)) throw new Error("seven")
  return keys(event, envelope)
}

/** The projection of a shape. */
export type SampleProjection = ReturnType<typeof make>

/** The same shape without poison, as its fixed code. */
export const repaired = (shape: Shape): Shape => ({ ...shape, poison: "Nothing" })

const shapes = (keys: fc.Arbitrary<Shape["keys"]>, poison: fc.Arbitrary<Shape["poison"]>): fc.Arbitrary<Shape> =>
  fc.record({ keys, removes: fc.constantFrom(true, true, false), poison }).map(withOwnKeys)

// `byStream` cannot fail. Rows folded by another function lack the events that advance only rows keyed by stream.
const withOwnKeys = (shape: Shape): Shape =>
  shape.keys === "stream" && shape.poison === "Keys" ? { ...shape, keys: "ownStream" } : shape

// The keys of the object are these names.
const anyKeys = fc.constantFrom(...Object.keys(keyFunctions) as ReadonlyArray<Shape["keys"]>)
const anyPoison = fc.constantFrom<Shape["poison"]>("Event", "Keys", "Evolve", "Row", "State")

/** All shapes, half of them with poison. */
export const arbitrary: fc.Arbitrary<Shape> = shapes(anyKeys, fc.oneof(fc.constant("Nothing" as const), anyPoison))

/** Shapes that can fold every event. */
export const sound: fc.Arbitrary<Shape> = shapes(anyKeys, fc.constant("Nothing"))

/** Shapes that can fold every event, with one row for each stream. */
export const keyedByStream: fc.Arbitrary<Shape> = shapes(fc.constant("stream"), fc.constant("Nothing"))

/** Shapes that cannot fold some events, and whose rows have events of one stream each. */
export const poisonedByStream: fc.Arbitrary<Shape> = shapes(fc.constantFrom("stream", "streamAndType"), anyPoison)

/** Shapes that can fold only the first row of some events. */
export const poisonedInParts: fc.Arbitrary<Shape> = shapes(
  fc.constantFrom("streamAndType", "notes"),
  fc.constant("Row")
)

/** Shapes that cannot fold some events. */
export const poisonedShapes: fc.Arbitrary<Shape> = shapes(anyKeys, anyPoison)
