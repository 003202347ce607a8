/** Encodes and decodes commands as JSON. Never throws, even if the user's schema does, and reports all problems. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as Reason from "../../event/internal/Reason.ts"
import { invalid, type InvalidInput } from "../../event/InvalidInput.ts"
import * as Json from "../../event/Json.ts"
import { CommandInvalid, type CommandIssue } from "../CommandInvalid.ts"
import { type CommandsSchema, type CommandVersion, type CommandVersions, isVersions } from "../CommandVersions.ts"

/** Encodes and decodes commands. */
export interface CommandCodec<Command> {
  /** Decodes a command of the latest version from JSON; excess properties are problems, too. */
  readonly decode: (input: unknown) => Result.Result<Command, CommandInvalid>
  /** Encodes a command as JSON, in the latest version. Two commands are the same if they encode alike. */
  readonly encode: (command: Command) => Result.Result<Json.Json, CommandInvalid>
  /** The latest schema. */
  readonly schema: CommandsSchema<unknown>
  /** The latest version of the schema. */
  readonly schemaVersion: number
  /** Decodes a command that was encoded in this version, and upcasts it to the latest. */
  readonly decodeFrom: (input: unknown, schemaVersion: number) => Result.Result<Command, CommandInvalid>
}

/**
 * Makes a codec of the commands' schema. Fails with `InvalidInput` for `field` if the schema has no form in JSON, or its
 * first version is not a whole number from 1.
 */
export const make = <Command>(
  commands: CommandsSchema<Command> | CommandVersions<Command>,
  field: string
): Result.Result<CommandCodec<Command>, InvalidInput> => {
  const versions = isVersions(commands) ? commands.versions : [{ version: 1, schema: commands }]
  const [oldest] = versions
  if (oldest === undefined || !Number.isInteger(oldest.version) || oldest.version < 1) {
    return invalid(field, "must start at schema version 1 or later")
  }
  try {
    // `CommandVersions.upcast` types the last schema as that of the commands.
    return Result.succeed(compile(versions) as CommandCodec<Command>)
  } catch (error) {
    return invalid(field, `must have a form in JSON: ${String(error)}`)
  }
}

const compile = (versions: ReadonlyArray<CommandVersion>): CommandCodec<unknown> => {
  const compiled = versions.map((version) => ({ ...version, ...compileSchema(version.schema) }))
  const oldest = versions[0]!.version
  const { decode, encode, schema } = compiled.at(-1)!
  return {
    decode,
    encode,
    schema,
    schemaVersion: oldest + versions.length - 1,
    decodeFrom: (input, schemaVersion) => {
      const [from, ...newer] = compiled.slice(Math.max(0, schemaVersion - oldest))
      if (from?.version !== schemaVersion) {
        const known = versions.map(({ version }) => version).join(", ")
        return failWith(`must be of a known schema version (${known}), and not of ${schemaVersion}`)
      }
      return newer.reduce(
        (decoded, next) => Result.flatMap(decoded, (command) => upcastTo(next, command)),
        from.decode(input)
      )
    }
  }
}

// What an upcaster returns must fit the schema of its version.
const upcastTo = (
  { fit, upcast, version }: CommandVersion & CompiledSchema,
  command: unknown
): Result.Result<unknown, CommandInvalid> => {
  // Versions after the oldest have an upcaster, whose input is typed as the previous version.
  const upcasted = Reason.attempt(() => upcast!(command as never), `the upcaster to schema version ${version}`)
  if (Result.isFailure(upcasted)) return failWith(upcasted.failure)
  return Result.mapError(
    fit(upcasted.success),
    ({ issues }) => invalidCommand(issues.map((issue) => ofUpcaster(issue, version)))
  )
}

const ofUpcaster = ({ message, path }: CommandIssue, version: number): CommandIssue => ({
  path,
  message: `${message} (after the upcast to schema version ${version})`
})

interface CompiledSchema extends Pick<CommandCodec<unknown>, "decode" | "encode"> {
  /** The command without excess properties. */
  readonly fit: (command: unknown) => Result.Result<unknown, CommandInvalid>
}

const compileSchema = (commands: CommandVersion["schema"]): CompiledSchema => {
  const codec = Schema.toCodecJson(commands)
  const decode = Schema.decodeUnknownResult(codec, everything)
  const encode = Schema.encodeUnknownResult(codec, everything)
  const encodeKnown = Schema.encodeUnknownResult(codec, { errors: "all" })
  return {
    fit: (command) => {
      const decoded = attempt(() => Result.flatMap(encodeKnown(command), (input) => decode(input)))
      return Result.isSuccess(decoded) ? Result.succeed(decoded.success) : commandInvalid(decoded.failure)
    },
    decode: (input) => {
      const decoded = attempt(() => decode(input))
      const issues = Result.isFailure(decoded) ? decoded.failure : []
      // A schema may accept strings that stores do not.
      const storable = Json.storable(input, "")
      const unstorable = Result.isFailure(storable) ? [issueOf(storable.failure)] : []
      const all = [...issues, ...unstorable.filter(({ path }) => issues.every((issue) => issue.path !== path))]
      return Result.isSuccess(decoded) && all.length === 0 ? Result.succeed(decoded.success) : commandInvalid(all)
    },
    encode: (command) => {
      const encoded = attempt(() => encode(command))
      if (Result.isFailure(encoded)) return commandInvalid(encoded.failure)
      return Result.orElse(Json.storable(encoded.success, ""), (problem) => commandInvalid([issueOf(problem)]))
    }
  }
}

const everything = { errors: "all", onExcessProperty: "error" } as const

const attempt = <A>(
  run: () => Result.Result<A, Schema.SchemaError>
): Result.Result<A, ReadonlyArray<CommandIssue>> =>
  Result.mapError(
    Reason.attemptResult(() => Result.mapError(run(), issuesOf), "the schema"),
    (problem) => typeof problem === "string" ? [{ path: "", message: problem }] : problem
  )

const issuesOf = ({ issue }: Schema.SchemaError): ReadonlyArray<CommandIssue> =>
  format(issue).issues.map(({ message, path = [] }) => ({ path: pathOf(path), message }))

const format = SchemaIssue.makeFormatterStandardSchemaV1()

type Step = PropertyKey | { readonly key: PropertyKey }

const pathOf = (path: ReadonlyArray<Step>): string =>
  path.map((step) => typeof step === "object" ? step.key : step)
    .map((key, index) => typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`)
    .join("")

const issueOf = ({ field, rule }: InvalidInput): CommandIssue => ({ path: field.replace(/^\./, ""), message: rule })

const failWith = (message: string): Result.Result<never, CommandInvalid> => commandInvalid([{ path: "", message }])

const commandInvalid = (issues: ReadonlyArray<CommandIssue>): Result.Result<never, CommandInvalid> =>
  Result.fail(invalidCommand(issues))

const invalidCommand = (issues: ReadonlyArray<CommandIssue>): CommandInvalid =>
  // Called with at least one issue.
  new CommandInvalid({ issues: issues as unknown as NonEmptyReadonlyArray<CommandIssue> })
