/**
 * Schemas of other libraries (zod, valibot, arktype …) for the fields of events and for commands, by Standard Schema. They
 * only validate: the value is stored unchanged, so it must be JSON.
 */
import * as Schema from "effect/Schema"
import type { StandardSchemaV1 } from "effect/StandardSchema"
import type { JsonObject } from "./Json.ts"

/**
 * A schema of objects from a Standard Schema without transformations: its input type is its output type. Events are validated when
 * they are decided and when they are read, commands when they arrive. Changes by the schema (defaults, coerced values, stripped keys)
 * are ignored, and keys that it does not declare are kept. A schema that validates asynchronously rejects every value.
 *
 * Laws cannot generate values from it: where a type has older versions, give `EventCodecSuite` its `stored` events. For rows and
 * snapshots use Effect's schemas: their indexes and fingerprints are derived from the parts of a schema.
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
