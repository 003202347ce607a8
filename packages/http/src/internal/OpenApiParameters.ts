/** The parameters and headers of the operations of an OpenAPI document. */
import type { AggregateResource } from "./AggregateResource.ts"
import type { JsonSchema } from "./JsonSchemas.ts"
import type { RowsResource } from "./RowsResource.ts"

const text = { type: "string" } as const
const instant = { type: "string", format: "date-time" } as const
const count = { type: "integer", minimum: 0 } as const

const parameter = (place: "path" | "query" | "header", name: string, schema: JsonSchema): JsonSchema => ({
  name,
  in: place,
  ...(place === "path" ? { required: true } : {}),
  schema
})

const id = parameter("path", "id", { ...text, minLength: 1 })
const after = parameter("query", "after", count)
const correlation = parameter("header", "X-Correlation-Id", text)

/** Of a command. One of the preconditions may be required, which a document cannot express. */
export const command = ({ requireIdempotencyKey }: AggregateResource["options"]): ReadonlyArray<JsonSchema> => [
  id,
  parameter("header", "If-Match", text),
  parameter("header", "If-None-Match", text),
  { ...parameter("header", "Idempotency-Key", text), required: requireIdempotencyKey === true },
  correlation
]

/** Of a state. */
export const state: ReadonlyArray<JsonSchema> = [
  id,
  parameter("query", "version", count),
  parameter("query", "recordedAt", instant),
  parameter("query", "occurredAt", instant),
  after,
  parameter("header", "If-None-Match", text),
  correlation
]

/** Of one row. */
export const row: ReadonlyArray<JsonSchema> = [parameter("path", "key", { ...text, minLength: 1 }), after, correlation]

/** Of a page of rows. */
export const rows = ({ indexes }: RowsResource): ReadonlyArray<JsonSchema> => {
  const fields = [...new Set(indexes.flatMap((index) => index.fields.map(({ field }) => field)))]
  return [
    ...(indexes.length === 0 ? [] : [parameter("query", "index", { ...text, enum: indexes.map(({ name }) => name) })]),
    ...fields.map((field) => parameter("query", `where.${field}`, text)),
    parameter("query", "from", text),
    parameter("query", "to", text),
    parameter("query", "descending", { type: "boolean" }),
    parameter("query", "limit", { type: "integer", minimum: 1, maximum: 1000, default: 100 }),
    parameter("query", "cursor", text),
    after,
    correlation
  ]
}

/** Of the stream of events. */
export const events: ReadonlyArray<JsonSchema> = [
  parameter("query", "after", count),
  ...["cursor", "types", "categories"].map((name) => parameter("query", name, text)),
  parameter("header", "Last-Event-ID", text),
  correlation
]

const header = (description: string): JsonSchema => ({ description, schema: text })

/** Of an answer. */
export const answerHeaders: JsonSchema = {
  "X-Correlation-Id": header("The correlation id of the request"),
  ETag: header("The version of the stream, as a strong entity tag"),
  "Refold-Position": header("The position in the log that the answer includes"),
  "Idempotency-Replayed": header("true if this is the answer of an earlier request under the same key")
}
