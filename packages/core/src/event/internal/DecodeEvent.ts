/** Decodes a stored event: by the schema of its version, through the upcasters after it, and into its parts if it is split. */
import * as Result from "effect/Result"
import { type DecodeError, NewerSchemaVersion, UndecodableEvent, UnknownEventType } from "../DecodeError.ts"
import type { Tagged } from "../EventType.ts"
import { columns, type Encoded, type RecordedEvent } from "../RecordedEvent.ts"
import { type CompiledSplit, type CompiledType, declaresStored } from "./CompiledType.ts"
import { attempt } from "./Reason.ts"

type Decoded<A> = Result.Result<A, string>

/** The domain events of a stored event. */
export const decode = (
  type: CompiledType | undefined,
  stored: Encoded
): Result.Result<ReadonlyArray<object>, DecodeError> => {
  const { schemaVersion, stream, type: name, version } = stored
  if (type === undefined) return Result.fail(new UnknownEventType({ stream, version, type: name, schemaVersion }))
  if (type.isRetired) return Result.succeed([])
  const checked = checkVersion(type, stored)
  if (Result.isFailure(checked)) return Result.fail(checked.failure)
  const parts = decodeParts(type, stored)
  return Result.isSuccess(parts)
    ? Result.succeed(parts.success)
    : Result.fail(new UndecodableEvent({ stream, version, type: name, schemaVersion, reason: parts.failure }))
}

/** Fails for an event in a higher version than its type has here. A retired type is read in all versions. */
export const checkVersion = (
  type: CompiledType | undefined,
  { schemaVersion, stream, type: name, version }: Pick<RecordedEvent, "stream" | "version" | "type" | "schemaVersion">
): Result.Result<void, NewerSchemaVersion> =>
  type !== undefined && !type.isRetired && schemaVersion > type.latest
    ? Result.fail(new NewerSchemaVersion({ stream, version, type: name, schemaVersion, latest: type.latest }))
    : Result.void

const decodeParts = (type: CompiledType, stored: Encoded): Decoded<ReadonlyArray<object>> => {
  const fields = decodeFields(type, stored)
  if (Result.isFailure(fields)) return Result.fail(fields.failure)
  return type.split === undefined
    ? Result.succeed([{ ...fields.success, _tag: type.name }])
    : splitFields(type.split, fields.success, stored)
}

// The fields in the latest version.
const decodeFields = (type: CompiledType, stored: Encoded): Decoded<object> => {
  const { schemaVersion } = stored
  if (schemaVersion < type.oldest) return Result.fail(`the oldest schema version known is ${type.oldest}`)
  const codec = type.codecs[schemaVersion - type.oldest]
  if (codec === undefined) return Result.fail("there is no such version")
  let fields = codec.decode(stored.data)
  for (let version = schemaVersion + 1; version <= type.latest && Result.isSuccess(fields); version++) {
    fields = upcast(type, version, fields.success, stored)
  }
  return fields
}

const upcast = (type: CompiledType, version: number, fields: object, stored: Encoded): Decoded<object> => {
  const upcaster = `the upcaster of ${type.name} from version ${version - 1} to ${version}`
  const index = version - type.oldest
  // Each upcaster's input is typed as the output of the previous one.
  const given = call(type.upcasts[index]!, fields, stored, upcaster)
  if (Result.isFailure(given)) return given
  return Result.mapError(
    type.codecs[index]!.validate(given.success),
    (reason) => `${upcaster} gives fields that do not fit version ${version}: ${reason}`
  )
}

// Passes the stored event only to a function that declares it: otherwise columns of the event may be missing.
const call = <A>(
  from: (fields: never, stored: RecordedEvent) => A,
  fields: object,
  stored: Encoded,
  name: string
): Decoded<A> => {
  if (declaresStored(from) && !isWhole(stored)) return Result.fail(`${name} needs the event with all of its columns`)
  // Sound: a function that does not declare the event ignores it, and for any other the columns were just checked.
  const given = (declaresStored(from) ? stored : undefined) as RecordedEvent
  // `EventType` types the fields that the function is given.
  return attempt(() => from(fields as never, given), name)
}

const isWhole = (stored: Partial<RecordedEvent>): boolean => columns.every((column) => stored[column] !== undefined)

const splitFields = (
  { from, into }: CompiledSplit,
  fields: object,
  stored: Encoded
): Decoded<ReadonlyArray<object>> => {
  const name = `the split of ${stored.type} into ${[...into.keys()].join(", ")}`
  const given = call(from, fields, stored, name)
  if (Result.isFailure(given)) return Result.fail(given.failure)
  if (!Array.isArray(given.success)) return Result.fail(`${name} must give an array of events`)
  const parts: Array<object> = []
  for (const [index, part] of given.success.entries()) {
    // Any value becomes an object, whose fields are checked.
    const { _tag = "", ...own } = Object(part) as Partial<Tagged>
    const codec = into.get(_tag)
    if (codec === undefined) return Result.fail(`${name} gives, at [${index}], an event of another type`)
    const valid = codec.validate(own)
    if (Result.isFailure(valid)) {
      return Result.fail(`${name} gives, at [${index}], a ${_tag} that does not fit its schema: ${valid.failure}`)
    }
    parts.push({ ...valid.success, _tag })
  }
  return Result.succeed(parts)
}
