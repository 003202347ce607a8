/** The JSON Schemas of commands, states and rows, for the OpenAPI document. */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** A JSON Schema; its keywords are read one by one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** A schema, and the definitions that it refers to as `#/$defs/<name>`. */
export interface SchemaDocument {
  readonly schema: JsonSchema
  readonly definitions: Readonly<Record<string, JsonSchema>>
}

/** The JSON Schema of the encoded values of a schema. Fails with `InvalidInput` for `field` if it has no form in JSON. */
export const documentOf = (
  schema: Schema.ConstraintCodec<unknown, unknown>,
  field: string
): Result.Result<SchemaDocument, InvalidInput> => {
  try {
    return Result.succeed(Schema.toJsonSchemaDocument(Schema.toCodecJson(schema)))
  } catch (error) {
    return invalid(field, `must have a form in JSON: ${String(error)}`)
  }
}

/**
 * The bodies of commands by tag: each member of the union without its `_tag`, which is in the path. Fails with `InvalidInput`
 * if the schema does not have the requested tags, or lists no tags and none are requested.
 */
export const commandBodies = (
  document: SchemaDocument,
  asked: ReadonlyArray<string> | undefined
): Result.Result<ReadonlyMap<string, JsonSchema>, InvalidInput> => {
  const members = membersOf(document.schema, document.definitions)
  const isTagged = members.every((member) => tagsOf(member).length > 0)
  if (asked === undefined) {
    return isTagged
      ? Result.succeed(bodiesOf(members))
      : invalid("commands", "must be a schema of objects with a _tag, or be listed in the options")
  }
  // A schema that does not list its tags still checks them.
  const bodies = isTagged ? bodiesOf(members) : new Map(asked.map((tag) => [tag, { type: "object" }]))
  const unknown = asked.find((tag) => !bodies.has(tag))
  return unknown === undefined
    ? Result.succeed(new Map([...bodies].filter(([tag]) => asked.includes(tag))))
    : invalid("commands", `must be tags of the schema of commands, which has no ${JSON.stringify(unknown)}`)
}

const bodiesOf = (members: ReadonlyArray<JsonSchema>): ReadonlyMap<string, JsonSchema> => {
  const bodies = new Map<string, JsonSchema>()
  for (const member of members) {
    const body = bodyOf(member)
    for (const tag of tagsOf(member)) {
      const other = bodies.get(tag)
      bodies.set(tag, other === undefined ? body : { anyOf: [other, body] })
    }
  }
  return bodies
}

const membersOf = (
  schema: JsonSchema,
  definitions: SchemaDocument["definitions"]
): ReadonlyArray<JsonSchema> => {
  const { $ref, anyOf, oneOf } = schema
  if (typeof $ref === "string") {
    const name = $ref.replace("#/$defs/", "").replaceAll("~1", "/").replaceAll("~0", "~")
    const target = definitions[name]
    return target === undefined ? [schema] : membersOf(target, definitions)
  }
  const union = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : undefined
  return union === undefined ? [schema] : union.flatMap((one: JsonSchema) => membersOf(one, definitions))
}

const tagsOf = ({ properties }: JsonSchema): ReadonlyArray<string> => {
  const tag: unknown = isObject(properties) ? properties["_tag"] : undefined
  if (!isObject(tag)) return []
  const values: unknown = tag["enum"] ?? [tag["const"]]
  return Array.isArray(values) ? values.filter((value) => typeof value === "string") : []
}

const bodyOf = (member: JsonSchema): JsonSchema => {
  const { _tag, ...properties } = isObject(member["properties"]) ? member["properties"] : {}
  const required = Array.isArray(member["required"]) ? member["required"].filter((name) => name !== "_tag") : []
  // As commands are decoded: a property that the schema does not have is a problem.
  return { ...member, properties, required, additionalProperties: false }
}

const isObject = (value: unknown): value is JsonSchema => typeof value === "object" && value !== null
