/** A stored type, checked and compiled: the decoders of its versions, and the upcasters to the latest one. */
import * as Result from "effect/Result"
import type { EventVersion, FormerType, Split, StoredType } from "../EventType.ts"
import { invalid, type InvalidInput } from "../InvalidInput.ts"
import * as NewEvent from "../NewEvent.ts"
import * as FieldsCodec from "./FieldsCodec.ts"

/** A compiled type. A retired one has no versions. */
export interface CompiledType {
  readonly name: string
  readonly oldest: number
  readonly latest: number
  /** By version, from the oldest. */
  readonly codecs: ReadonlyArray<FieldsCodec.FieldsCodec>
  readonly upcasts: ReadonlyArray<EventVersion["upcast"]>
  readonly isRetired: boolean
  readonly split: CompiledSplit | undefined
  /** Whether an upcaster or the split declares the stored event as a parameter. */
  readonly readsStored: boolean
}

/** Whether an upcaster or a split declares the stored event. A function of length 0 may take it by `...rest`. */
export const declaresStored = ({ length }: (...parameters: never) => unknown): boolean => length !== 1

/** How its events are read as events of other types. */
export interface CompiledSplit {
  readonly from: Split["from"]
  /** The codecs of the latest versions of the other types, by name. */
  readonly into: ReadonlyMap<string, FieldsCodec.FieldsCodec>
}

const fieldOf = ({ name }: StoredType): string => `event type ${name}`

/** The split of a former type; undefined for a retired type, and for one whose events are written. */
export const splitOf = (type: StoredType): Split | undefined => isFormer(type) ? type.split : undefined

/** Whether the events of a type are read as none. */
export const isRetired = (type: StoredType): boolean => isFormer(type) && type.split === undefined

const isFormer = (type: StoredType): type is FormerType<string> => "split" in type

/** Compiles the types by their names and former names. Fails with `InvalidInput` for a type that breaks a rule. */
export const compileAll = (
  types: ReadonlyArray<StoredType>
): Result.Result<ReadonlyMap<string, CompiledType>, InvalidInput> =>
  Result.gen(function*() {
    const byName = new Map<string, CompiledType>()
    // Types that are split come after those that they are split into.
    for (const type of types.toSorted((one, other) => Number(isFormer(one)) - Number(isFormer(other)))) {
      const compiled = yield* compile(type, byName)
      for (const name of [type.name, ...type.formerNames]) {
        yield* NewEvent.checkName(name, fieldOf(type))
        if (byName.has(name)) return yield* invalid(fieldOf(type), `must not use the name "${name}" a second time`)
        byName.set(name, compiled)
      }
    }
    return byName
  })

const compile = (
  type: StoredType,
  others: ReadonlyMap<string, CompiledType>
): Result.Result<CompiledType, InvalidInput> => {
  const { name, versions } = type
  if (isRetired(type)) {
    return Result.succeed(retired(name))
  }
  return Result.gen(function*() {
    const oldest = yield* checkVersions(type)
    const split = yield* compileSplit(type, others)
    const codecs = versions.map(({ schema }) => FieldsCodec.make(schema))
    const upcasts = versions.map(({ upcast }) => upcast)
    const readsStored = [...upcasts, split?.from].some((from) => from !== undefined && declaresStored(from))
    return { name, oldest, latest: oldest + versions.length - 1, codecs, upcasts, isRetired: false, split, readsStored }
  })
}

const retired = (name: string): CompiledType => ({
  name,
  oldest: 1,
  latest: 0,
  codecs: [],
  upcasts: [],
  isRetired: true,
  split: undefined,
  readsStored: false
})

// The oldest version.
const checkVersions = (type: StoredType): Result.Result<number, InvalidInput> => {
  const field = fieldOf(type)
  const oldest = type.versions[0]?.version
  if (oldest === undefined) return invalid(field, "must have at least one version")
  const latest = oldest + type.versions.length - 1
  if (!Number.isInteger(oldest) || oldest < 1) return invalid(field, "must start at schema version 1 or later")
  if (latest > NewEvent.maxSchemaVersion) {
    return invalid(field, `must not have a schema version above ${NewEvent.maxSchemaVersion}`)
  }
  for (const [index, { schema, upcast, version }] of type.versions.entries()) {
    if (version !== oldest + index) return invalid(field, `must have a schema version ${oldest + index}`)
    if (index > 0 && upcast === undefined) return invalid(field, `must have an upcaster to version ${version}`)
    if (FieldsCodec.isClass(schema)) return invalid(field, "must have plain fields (a Struct), not a class")
    if (FieldsCodec.namesOf(schema)?.includes("_tag")) {
      return invalid(field, "must not have a field _tag: the name of the type is the tag")
    }
  }
  return Result.succeed(oldest)
}

const compileSplit = (
  type: StoredType,
  others: ReadonlyMap<string, CompiledType>
): Result.Result<CompiledSplit | undefined, InvalidInput> => {
  const split = splitOf(type)
  if (split === undefined) return Result.succeed(undefined)
  const into = new Map<string, FieldsCodec.FieldsCodec>()
  for (const { name } of split.into) {
    const other = others.get(name)
    if (other === undefined || other.name !== name || other.isRetired || other.split !== undefined) {
      return invalid(
        fieldOf(type),
        `must be split into types of the codec that are written: add "${name}" to the codec`
      )
    }
    into.set(name, other.codecs.at(-1)!)
  }
  return Result.succeed({ from: split.from, into })
}
