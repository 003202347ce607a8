/** The schemas of an OpenAPI document: bodies, states, rows and problems, by name. */
import type { AggregateResource, ShownAnswer } from "./AggregateResource.ts"
import type { Api } from "./Definition.ts"
import type { JsonSchema, SchemaDocument } from "./JsonSchemas.ts"
import type { RowsResource } from "./RowsResource.ts"

/** The name of a component: its parts, without characters that names of components cannot have. */
export const nameOf = (...parts: ReadonlyArray<string>): string =>
  parts.map((part) => part.replaceAll(/[^\w-]/g, (found) => `_${found.codePointAt(0)!.toString(16)}_`)).join(".")

/** A segment of a path; braces would be parameters. */
export const segmentOf = (name: string): string => encodeURIComponent(name)

/** The schemas of an API. */
export const schemasOf = <R>({ aggregates, rows }: Api<R>): JsonSchema => ({
  Problem: problem,
  Health: status(["up", "degraded"], { store: { enum: ["up", "down"] } }),
  Ready: status(["ready"], {}),
  ...Object.assign({}, ...[...aggregates].map(([name, aggregate]) => ofAggregate(name, aggregate))),
  ...Object.assign({}, ...[...rows].map(([name, resource]) => ofRows(name, resource)))
})

const text = { type: "string" } as const
const count = { type: "integer", minimum: 0 } as const

const object = (
  properties: Readonly<Record<string, JsonSchema>>,
  optional: ReadonlyArray<string> = []
): JsonSchema => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false
})

const place = { stream: text, version: count, position: count }
const instant = { type: "string", format: "date-time" } as const

const problem: JsonSchema = {
  type: "object",
  properties: {
    type: { type: "string", format: "uri" },
    title: text,
    status: { type: "integer", minimum: 400, maximum: 599 },
    detail: text
  },
  required: ["type", "title", "status", "detail"]
}

const nullable = { type: ["number", "null"] } as const

const status = (values: ReadonlyArray<string>, more: Readonly<Record<string, JsonSchema>>): JsonSchema =>
  object({
    status: { enum: values },
    ...more,
    projections: {
      type: "array",
      items: object({
        projection: text,
        status: { enum: ["ready", "building", "unknown", "outdated"] },
        position: nullable,
        lag: nullable,
        lagSeconds: nullable,
        parked: count
      })
    },
    consumers: targets,
    processes: targets
  })

const targets = {
  type: "array",
  items: object({ name: text, position: count, lag: count, lagSeconds: { type: "number" }, parked: count })
} as const

const ofAggregate = (name: string, { commands, definitions, state, types }: AggregateResource): JsonSchema => {
  const own = (schema: JsonSchema) => moved(schema, name)
  const events: JsonSchema = {
    type: "array",
    items: object(
      { type: { enum: types }, schemaVersion: count, data: {} } satisfies Shape<ShownAnswer["events"][number]>
    )
  }
  const answer = object({
    ...place,
    recordedAt: instant,
    events,
    ...(state === undefined ? {} : { state: own(state) })
  }, ["recordedAt"])
  return {
    ...ownDefinitions(definitions, name),
    ...Object.fromEntries([...commands].map(([tag, body]) => [nameOf(name, "command", tag), own(body)])),
    [nameOf(name, "Answer")]: answer,
    ...(state === undefined
      ? {}
      : {
        [nameOf(name, "State")]: object({
          ...place,
          recordedAt: instant,
          isComplete: { type: "boolean" },
          state: own(state)
        })
      })
  }
}

// One schema for each field.
type Shape<A> = { readonly [Field in keyof A]: JsonSchema }

const ofRows = (name: string, { definitions, state }: RowsResource): JsonSchema => {
  const scope = `rows.${name}`
  const row = nameOf("rows", name, "Row")
  return {
    ...ownDefinitions(definitions, scope),
    [row]: object({ key: text, position: count, state: moved(state, scope) }),
    [nameOf("rows", name, "Page")]: object({
      rows: { type: "array", items: { $ref: `#/components/schemas/${row}` } },
      next: { type: ["string", "null"] },
      position: count
    })
  }
}

const ownDefinitions = (definitions: SchemaDocument["definitions"], scope: string): JsonSchema =>
  Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [nameOf(scope, "schema", name), moved(schema, scope)])
  )

// Two aggregates may have different definitions under one name, so each has its own.
const moved = (schema: JsonSchema, scope: string): JsonSchema =>
  Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, movedValue(key, value, scope)]))

const movedValue = (key: string, value: unknown, scope: string): unknown => {
  if (key === "$ref" && typeof value === "string") {
    const name = decodeURIComponent(value.replace("#/$defs/", "")).replaceAll("~1", "/").replaceAll("~0", "~")
    return `#/components/schemas/${nameOf(scope, "schema", name)}`
  }
  if (Array.isArray(value)) return value.map((item) => movedValue("", item, scope))
  // A JSON Schema is plain JSON.
  return typeof value === "object" && value !== null ? moved(value as JsonSchema, scope) : value
}
