/**
 * Schemas of other libraries (zod, valibot, arktype …) for the fields of events and for commands, by Standard Schema. They
 * only validate: what is stored is the value as it is, so it must be JSON.
 */
import * as Schema from "effect/Schema"
import type { StandardSchemaV1 } from "effect/StandardSchema"
import type { JsonObject } from "./Json.ts"

/**
 * A schema of objects from a Standard Schema without transformations: its input is its output. Validated are events when they are
 * decided and when they are read, and commands when they arrive. Whatever the schema would change (defaults, coerced values, keys that
 * it strips) is not changed; keys that it does not know stay. One that validates asynchronously accepts nothing.
 *
 * Laws cannot generate values from it: where a type has older versions, give `EventCodecSuite` its `stored` events. For rows and
 * snapshots use Effect's schemas: their indexes and fingerprints are made of the parts of a schema.
 */
export const make = <Value extends object>(
  standard: StandardSchemaV1<Value, Value>
): Schema.Codec<Value, JsonObject> => {
  const validated = Schema.Record(Schema.String, Schema.Json).pipe(
    Schema.check(Schema.makeFilter((value) => problemsOf(standard, value)))
  )
  // The filter accepts values of this type only.
  return validated as unknown as Schema.Codec<Value, JsonObject>
}

const problemsOf = (standard: StandardSchemaV1, value: unknown) => {
  const validated = standard["~standard"].validate(value)
  if (validated instanceof Promise) return "Expected a schema that validates synchronously"
  return validated.issues?.map(({ message, path = [] }) => ({
    path: path.map((part) => typeof part === "object" ? part.key : part),
    issue: message
  }))
}
