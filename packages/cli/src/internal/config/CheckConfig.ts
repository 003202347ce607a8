/** Checks the export of a config file: it may be JavaScript, or TypeScript that was not type-checked. */
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"

/** The problem of a config, with its field; undefined for a valid one. */
export const problemOf = (config: unknown): string | undefined => {
  if (!isRecord(config)) return "must export a config by default: export default defineConfig({ … })"
  const unknown = Object.keys(config).find((field) => !fields.includes(field))
  if (unknown !== undefined) return `"${unknown}" is no field of a config: the fields are ${fields.join(", ")}`
  const { schema, services } = config
  if (schema !== undefined && typeof schema !== "string") return "schema must be a text"
  if (services !== undefined && !Layer.isLayer(services)) return "services must be a Layer"
  return Object.entries(kinds).flatMap(([field, kind]) => listProblem(field, config[field], kind) ?? [])[0]
}

interface Kind {
  /** The kind of definition, for messages. */
  readonly made: string
  /** The field that must be unique; undefined if there is none. */
  readonly name: "name" | "category" | undefined
  readonly fields: ReadonlyArray<string>
}

const kinds: Readonly<Record<string, Kind>> = {
  codecs: { made: "an EventCodec", name: undefined, fields: ["decode", "encode", "storedTypes"] },
  aggregates: { made: "an Aggregate", name: "category", fields: ["category", "events", "decider"] },
  projections: { made: "a Projection or a SqlProjection", name: "name", fields: ["name", "version", "types"] },
  processes: { made: "a Process or a Saga", name: "name", fields: ["name", "instances", "rows"] },
  consumers: { made: "a Consumer", name: "name", fields: ["name", "startAt", "timeout"] }
}

const fields = ["schema", ...Object.keys(kinds), "services"]

const listProblem = (field: string, list: unknown, { fields, made, name }: Kind): string | undefined => {
  if (list === undefined) return undefined
  if (!Array.isArray(list)) return `${field} must be an array`
  const names: Array<unknown> = []
  for (const [index, entry] of list.entries()) {
    const place = `${field}[${index}]`
    if (Result.isResult(entry)) return `${place} must be ${made}, and is a Result: make it with makeUnsafe`
    if (!isRecord(entry) || fields.some((needed) => !(needed in entry))) return `${place} must be ${made}`
    const own = name === undefined ? undefined : entry[name]
    if (own !== undefined && names.includes(own))
      return `${place} must have another ${name} than those before it: ${JSON.stringify(own)}`
    names.push(own)
  }
  return undefined
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null
