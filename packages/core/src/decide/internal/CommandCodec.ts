/** Encodes and decodes commands as JSON. Never throws, even if the user's schema does, and reports all problems. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { attemptResult } from "../../event/internal/Reason.ts"
import { invalid, type InvalidInput } from "../../event/InvalidInput.ts"
import * as Json from "../../event/Json.ts"
import { CommandInvalid, type CommandIssue } from "../CommandInvalid.ts"

/** Encodes and decodes commands. */
export interface CommandCodec<Command> {
  /** Decodes a command from JSON; excess properties are problems, too. */
  readonly decode: (input: unknown) => Result.Result<Command, CommandInvalid>
  /** Encodes a command as JSON. Two commands are the same if they encode alike. */
  readonly encode: (command: Command) => Result.Result<Json.Json, CommandInvalid>
}

/** Makes a codec of the commands' schema. Fails with `InvalidInput` for `field` if the schema has no form in JSON. */
export const make = <Command>(
  commands: Schema.ConstraintCodec<Command, unknown>,
  field: string
): Result.Result<CommandCodec<Command>, InvalidInput> => {
  try {
    return Result.succeed(compile(commands))
  } catch (error) {
    return invalid(field, `must have a form in JSON: ${String(error)}`)
  }
}

const everything = { errors: "all", onExcessProperty: "error" } as const

const compile = <Command>(commands: Schema.ConstraintCodec<Command, unknown>): CommandCodec<Command> => {
  const codec = Schema.toCodecJson(commands)
  const decode = Schema.decodeUnknownResult(codec, everything)
  const encode = Schema.encodeUnknownResult(codec, everything)
  return {
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

const attempt = <A>(
  run: () => Result.Result<A, Schema.SchemaError>
): Result.Result<A, ReadonlyArray<CommandIssue>> =>
  Result.mapError(
    attemptResult(() => Result.mapError(run(), issuesOf), "the schema"),
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

const commandInvalid = (issues: ReadonlyArray<CommandIssue>): Result.Result<never, CommandInvalid> =>
  // Called with at least one issue.
  Result.fail(new CommandInvalid({ issues: issues as unknown as NonEmptyReadonlyArray<CommandIssue> }))
