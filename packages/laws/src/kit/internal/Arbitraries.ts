/**
 * Values that every store must hold, difficult ones included: text of every script, keys with a meaning in JavaScript,
 * numbers at the limits of a double, times at both ends of the calendar.
 */
import * as EventId from "@refold/core/event/EventId"
import type { Json, JsonObject } from "@refold/core/event/Json"
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import type { Commit } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as fc from "fast-check"

const difficultTexts = [
  ..."|__proto__|constructor|toString|null|$1|{}|'; --|\\|\"|\\u0000|%_|a-b|é|e\u0301|ß|İ|\uFEFF|\uFFFD|\u{10FFFF}"
    .split("|"),
  ..."👩‍👩‍👧|שלום|日本語|\u202Eabc| |\n|\t|\u0001|\u007F|0|1e3|true".split("|")
]

/** Text that every store holds: without the character \u0000 and without lone surrogates. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...difficultTexts),
  fc.string({ maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 8 }).map((any) => any.replaceAll("\u0000", "\u0001"))
)

/** Names: text that is not empty, does not begin with a byte order mark and has no control characters or line breaks. */
export const name: fc.Arbitrary<string> = text
  .map((any) => any.replace(/[\p{Cc}\u2028\u2029]/gu, "\u00A0"))
  .map((any) => any === "" || any.startsWith("\uFEFF") ? `x${any}` : any)

/** Finite numbers, including those at the limits of a double. */
export const number: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 0.1 + 0.2, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 53, 2 ** 53 + 2, 1e21, 1e-7)
)

/** Keys of JSON objects: text other than a single quote mark or control character (see core's Json). */
export const key: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 9,
    arbitrary: text.map((any) => any.length === 1 && (any < " " || any === "\"") ? any + any : any)
  },
  // A copy by assignment loses this key.
  { weight: 1, arbitrary: fc.constant("__proto__") }
)

// From entries, so that a key such as "__proto__" stays data.
const object = (value: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> =>
  fc.array(fc.tuple(key, value), { maxLength: 3 }).map((entries) => Object.fromEntries(entries))

/** JSON that every store holds. */
export const json: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, depthSize: "small", withCrossShrink: true },
    fc.oneof(fc.constant(null), fc.boolean(), number, text),
    fc.array(tie("json"), { maxLength: 3 }),
    object(tie("json"))
  )
})).json

/** JSON objects. */
export const jsonObject: fc.Arbitrary<JsonObject> = object(json)

/** Categories of streams: text without a dash. */
export const category: fc.Arbitrary<string> = name.map((any) => any.replaceAll("-", "_"))

/** Stream names. */
const streamName: fc.Arbitrary<StreamName.StreamName> = fc.tuple(category, name).map(
  ([category, id]) => Result.getOrThrow(StreamName.make(category, id))
)

/** Values of `occurredAt`: most within six milliseconds, so that ranges divide them, some at the ends of the calendar. */
export const time: fc.Arbitrary<DateTime.Utc> = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 5 }).map((millis) => 1_700_000_000_000 + millis) },
  { weight: 1, arbitrary: fc.constantFrom(-62_135_596_800_000, -1, 0, Date.UTC(9999, 11, 31, 23, 59, 59, 999)) }
).map((millis) => DateTime.makeUnsafe(millis))

/** Event ids. */
export const eventId: fc.Arbitrary<EventId.EventId> = fc.uuid({ version: 7 }).map(
  (uuid) => Result.getOrThrow(EventId.parse(uuid))
)

// Some are shared by several events.
const causeId = fc.oneof(fc.constantFrom("one", "two"), text)

/** Events to store. */
export const newEvent: fc.Arbitrary<NewEvent> = fc.record({
  id: eventId,
  type: fc.oneof(fc.constantFrom("Opened", "Closed"), name),
  schemaVersion: fc.integer({ min: 1, max: 3 }),
  data: json,
  metadata: fc.oneof(
    fc.constant({}),
    jsonObject.map(({ actor: _a, causationId: _b, correlationId: _c, ...free }): JsonObject => free),
    fc.record({ correlationId: causeId, causationId: causeId, actor: text }, { requiredKeys: [] })
  ),
  occurredAt: time
})

/** One to three items, no two with the same `key`. */
export const some = <A>(
  item: fc.Arbitrary<A>,
  key: (item: A) => unknown = Object
): fc.Arbitrary<NonEmptyReadonlyArray<A>> =>
  fc.uniqueArray(item, { minLength: 1, maxLength: 3, selector: key })
    // The minimum length is one.
    .map((items) => items as unknown as NonEmptyReadonlyArray<A>)

/** Commits to one to three streams, without expected versions. */
export const commit: fc.Arbitrary<Commit> = fc.record({
  writes: some(
    fc.record({
      stream: streamName,
      expected: fc.constant(ExpectedVersion.Any),
      events: some(newEvent, ({ id }) => id)
    }),
    ({ stream }) => stream
  )
})
