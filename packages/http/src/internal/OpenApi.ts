/** The OpenAPI 3.1 document of an API. */
import type { AggregateResource } from "./AggregateResource.ts"
import * as Components from "./Components.ts"
import type { Api } from "./Definition.ts"
import type { JsonSchema } from "./JsonSchemas.ts"
import * as Parameters from "./OpenApiParameters.ts"
import { routes } from "./Routes.ts"
import type { RowsResource } from "./RowsResource.ts"

/** Makes the document: plain JSON. */
export const documentOf = <R>(api: Api<R>): JsonSchema => ({
  openapi: "3.1.0",
  info: api.info ?? { title: "API", version: "0.0.0" },
  ...(api.prefix === "" ? {} : { servers: [{ url: api.prefix }] }),
  paths: {
    ...Object.assign({}, ...[...api.aggregates].map(([name, aggregate]) => aggregatePaths(name, aggregate))),
    ...Object.assign({}, ...[...api.rows].map(([name, rows]) => rowsPaths(name, rows))),
    ...(api.events === undefined ? {} : { [routes.Events.path]: eventsPath }),
    [routes.OpenApi.path]: { get: operation("openapi", "This document", [], { type: "object" }) },
    [routes.Health.path]: { get: operation("health", "Whether the program answers", [], ref("Health")) },
    [routes.Ready.path]: { get: operation("ready", "Whether the API can be used", [], ref("Ready")) }
  },
  components: { schemas: Components.schemasOf(api) }
})

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })

const problem = { description: "A problem", content: { "application/problem+json": { schema: ref("Problem") } } }

const operation = (
  operationId: string,
  summary: string,
  parameters: ReadonlyArray<JsonSchema>,
  schema: JsonSchema,
  more: JsonSchema = {}
) => ({
  operationId,
  summary,
  parameters,
  responses: {
    "200": { description: "Success", headers: Parameters.answerHeaders, content: { "application/json": { schema } } },
    default: problem
  },
  ...more
})

const aggregatePaths = (name: string, { commands, options, state }: AggregateResource): JsonSchema => {
  const segment = Components.segmentOf(name)
  const withCommands = Object.fromEntries(
    [...commands.keys()].map((tag) => [
      routes.Command.path.replace("{aggregate}", segment).replace("{command}", Components.segmentOf(tag)),
      { post: commandOperation(name, tag, Parameters.command(options)) }
    ])
  )
  if (state === undefined) return withCommands
  const shown = ref(Components.nameOf(name, "State"))
  const read = operation(`${name}.get`, `The state of one ${name}`, Parameters.state, shown, { tags: [name] })
  const responses = { ...read.responses, "304": { description: "The client has this version" } }
  return { [routes.State.path.replace("{aggregate}", segment)]: { get: { ...read, responses } }, ...withCommands }
}

const commandOperation = (name: string, tag: string, parameters: ReadonlyArray<JsonSchema>): JsonSchema =>
  operation(`${name}.${tag}`, `${tag} of one ${name}`, parameters, ref(Components.nameOf(name, "Answer")), {
    tags: [name],
    requestBody: {
      required: false,
      content: { "application/json": { schema: ref(Components.nameOf(name, "command", tag)) } }
    }
  })

const rowsPaths = (name: string, rows: RowsResource): JsonSchema => {
  const segment = Components.segmentOf(name)
  const page = Components.nameOf("rows", name, "Page")
  const row = Components.nameOf("rows", name, "Row")
  return {
    [routes.Rows.path.replace("{projection}", segment)]: {
      get: operation(`rows.${name}.query`, `Rows of ${name}`, Parameters.rows(rows), ref(page), { tags: ["rows"] })
    },
    [routes.Row.path.replace("{projection}", segment)]: {
      get: operation(`rows.${name}.get`, `One row of ${name}`, Parameters.row, ref(row), { tags: ["rows"] })
    }
  }
}

const eventsPath: JsonSchema = {
  get: {
    operationId: "events",
    summary: "Stored events, then new ones, as server-sent events",
    parameters: Parameters.events,
    responses: {
      "200": {
        description: "The data of each message is an event; its id is the cursor to continue after it",
        content: { "text/event-stream": { schema: { type: "string" } } }
      },
      default: problem
    }
  }
}
