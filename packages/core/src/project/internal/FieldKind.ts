/**
 * The kind of a field of the encoded state, which determines how its values are compared. A field is compared by the meaning
 * of its values: a decimal that is stored as a text is a number, and a date is an instant.
 */
import * as BigDecimal from "effect/BigDecimal"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type { JsonSchema } from "../../decide/internal/StateCodec.ts"
import * as RowValue from "./RowValue.ts"

/** A schema of states: the JSON Schema of the encoded state, and the codec. */
export interface StateSchema {
  readonly document: JsonSchema
  readonly ast: SchemaAST.AST
}

/** The kind of a field. A failure names the fields that an index can have. */
export const kindOf = (field: string, { ast, document }: StateSchema): Result.Result<RowValue.Kind, string> => {
  const stored = kindIn(document, schemaAt(document, "schema"), (state) => {
    const { required } = state
    return Array.isArray(required) && required.includes(field)
      ? kindIn(document, schemaAt(schemaAt(state, "properties"), field), scalarKind)
      : undefined
  })
  if (stored === undefined) {
    return Result.fail(
      `must have fields that are a text, boolean, instant or finite number (not Schema.Number) in every state, unlike "${field}"`
    )
  }
  const meanings = stored === "Text" ? new Set(meaningsOf(field, ast)) : new Set([stored])
  const [kind, ...others] = meanings
  return kind === undefined || kind === "Unordered" || others.length > 0
    ? Result.fail(
      `must have fields that sort as they are stored, unlike "${field}": store it as a number, a BigDecimal, a Date or a DateTime.Utc`
    )
    : Result.succeed(kind)
}

const scalarKind = ({ pattern, type }: JsonSchema): RowValue.Kind | undefined => {
  // A bigint is encoded with this pattern.
  if (type === "string") return pattern === "^-?\\d+$" ? "Number" : "Text"
  return type === "number" || type === "integer" ? "Number" : type === "boolean" ? "Boolean" : undefined
}

// The kind in all members of a schema's unions. `open` are the references on the way: they may be circular.
const kindIn = (
  document: JsonSchema,
  schema: JsonSchema,
  kindAt: (plain: JsonSchema) => RowValue.Kind | undefined,
  open: ReadonlyArray<string> = []
): RowValue.Kind | undefined => {
  const { $ref, allOf, anyOf, oneOf = anyOf } = schema
  const inMember = (member: JsonSchema) => kindIn(document, member, kindAt, open)
  if (typeof $ref === "string") {
    const target = schemaAt(schemaAt(document, "definitions"), nameIn($ref))
    return open.includes($ref) ? undefined : kindIn(document, target, kindAt, [...open, $ref])
  }
  if (Array.isArray(oneOf)) return same(oneOf.map(inMember))
  const own = kindAt(schema)
  return own === undefined && Array.isArray(allOf) ? allOf.map(inMember).find((kind) => kind !== undefined) : own
}

const schemaAt = (schema: JsonSchema, key: string): JsonSchema => Object(schema[key]) as JsonSchema

// A reference is a JSON pointer in a URL: "#/$defs/a~1b%20c" is to "a/b c".
const nameIn = (reference: string): string =>
  decodeURIComponent(reference.slice(reference.lastIndexOf("/") + 1)).replaceAll("~1", "/").replaceAll("~0", "~")

const same = (kinds: ReadonlyArray<RowValue.Kind | undefined>): RowValue.Kind | undefined =>
  kinds.every((kind) => kind === kinds[0]) ? kinds[0] : undefined

type Meaning = RowValue.Kind | "Unordered"

// The kinds of values that the texts of a field represent, in all members of the state's unions. A schema may have several layers of
// encodings: the last one has the stored names of the fields. If it has a plain text, a former layer may be more specific.
const meaningsOf = (field: string, state: SchemaAST.AST): ReadonlyArray<Meaning> => {
  if (SchemaAST.isSuspend(state)) return meaningsOf(field, state.thunk())
  if (SchemaAST.isUnion(state) && state.encoding === undefined) {
    return state.types.flatMap((member) => meaningsOf(field, member))
  }
  const [stored = new Map<never, never>(), ...former] = layersOf(state).map(propertiesOf)
  const meanings = (stored.get(field) ?? []).flatMap(meaningsIn)
  const isHidden = former.some((layer) => hides(layer, stored, field))
  return isHidden && meanings.every((meaning) => meaning === "Text") ? ["Unordered"] : meanings
}

const layersOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> =>
  SchemaAST.isSuspend(ast)
    ? layersOf(ast.thunk())
    : [...(ast.encoding ?? []).toReversed().flatMap(({ to }) => layersOf(to)), ast]

type Properties = ReadonlyMap<PropertyKey, ReadonlyArray<SchemaAST.AST>>

// The types of each property in all members of a union; those of a member are in the last of its own layers.
const propertiesOf = (ast: SchemaAST.AST): Properties => {
  const own = SchemaAST.isObjects(ast) ? ast.propertySignatures : []
  const members = SchemaAST.isUnion(ast) ? ast.types.flatMap((member) => [...propertiesOf(layersOf(member)[0]!)]) : []
  const all = new Map<PropertyKey, ReadonlyArray<SchemaAST.AST>>()
  for (const [name, types] of [...own.map(({ name, type }) => [name, [type]] as const), ...members]) {
    all.set(name, [...all.get(name) ?? [], ...types])
  }
  return all
}

// Whether a former layer has a text with an order of its own under this name, or under a name that is gone.
const hides = (former: Properties, stored: Properties, field: string): boolean =>
  [...former].some(([name, types]) =>
    (former.has(field) ? name === field : !stored.has(name)) &&
    types.some((type) => type.encoding !== undefined && meaningsIn(type).some((meaning) => meaning !== "Text"))
  )

const meaningsIn = (type: SchemaAST.AST): ReadonlyArray<Meaning> => {
  if (SchemaAST.isSuspend(type)) return meaningsIn(type.thunk())
  if (SchemaAST.isUnion(type) && type.encoding === undefined) return type.types.flatMap(meaningsIn)
  const name = SchemaAST.isDeclaration(type) ? declared(type) : type._tag
  if (unordered.has(name)) return ["Unordered"]
  const known = ordered.get(name)
  if (known === undefined) return ["Text"]
  const encode = Schema.encodeUnknownResult(Schema.make<Schema.Codec<unknown>>(type))
  const encoded = known.samples.map((sample) => encode(sample)).filter(Result.isSuccess)
  return [encoded.every(({ success }) => RowValue.fits(known.kind, success)) ? known.kind : "Unordered"]
}

const declared = ({ annotations }: SchemaAST.Declaration): string =>
  String((Object(annotations?.["representation"]) as { readonly id?: unknown }).id)

// Stored as texts whose order is not that of the values.
const unordered = new Set(["DateTimeZoned", "Duration", "ByteSize", "SemVer"].map((name) => `effect/schema/${name}`))

const instants = [-1e14, -1, 2e12, 3e14].map((millis) => DateTime.makeUnsafe(millis))
const numbers = [-1.5, 0, 10, 1e30]

// Types whose texts can be compared by their meaning, with values to find out how a schema stores them. A schema may refuse
// some of the values.
const ordered = new Map<string, { readonly kind: RowValue.Kind; readonly samples: ReadonlyArray<unknown> }>([
  ["Number", { kind: "Number", samples: [...numbers, NaN] }],
  ["BigInt", { kind: "Number", samples: [-1n, 0n, 10n] }],
  ["effect/schema/BigDecimal", { kind: "Number", samples: numbers.map(BigDecimal.fromNumberUnsafe) }],
  ["effect/schema/Date", { kind: "Instant", samples: instants.map(DateTime.toDateUtc) }],
  ["effect/schema/DateTimeUtc", { kind: "Instant", samples: instants }]
])
