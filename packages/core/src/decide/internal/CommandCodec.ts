/** Commands from what came over a wire and back, as total functions that report all problems at once. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { InvalidInput } from "../../event/InvalidInput.ts"
import * as Json from "../../event/Json.ts"
import { CommandInvalid, type CommandIssue } from "../CommandInvalid.ts"

/** Reads and writes commands. */
export interface CommandCodec<Command> {
  /** The command, from its JSON form; anything that is too much in there is a problem, too. */
  readonly decode: (input: unknown) => Result.Result<Command, CommandInvalid>
  /** The JSON form: what "the same command" means. */
  readonly encode: (command: Command) => Result.Result<Json.Json, CommandInvalid>
}

/** A codec of the commands' schema, or `InvalidInput` for `field` where that has no form in JSON. */
export const make = <Command>(
  commands: Schema.ConstraintCodec<Command, unknown>,
  field: string
): Result.Result<CommandCodec<Command>, InvalidInput> => {
  try {
    return Result.succeed(compile(commands))
  } catch (error) {
    return Result.fail(new InvalidInput({ field, rule: `must have a form in JSON: ${String(error)}` }))
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
      // Text that nobody could store may be fine for the schema.
      const storable = Json.storable(input, "")
      const unstorable = Result.isFailure(storable) ? [issueOf(storable.failure)] : []
      const all = [...issues, ...unstorable.filter(({ path }) => issues.every((issue) => issue.path !== path))]
      return Result.isSuccess(decoded) && all.length === 0 ? Result.succeed(decoded.success) : invalid(all)
    },
    encode: (command) => {
      const encoded = attempt(() => encode(command))
      if (Result.isFailure(encoded)) return invalid(encoded.failure)
      return Result.orElse(Json.storable(encoded.success, ""), (problem) => invalid([issueOf(problem)]))
    }
  }
}

const attempt = <A>(
  run: () => Result.Result<A, Schema.SchemaError>
): Result.Result<A, ReadonlyArray<CommandIssue>> => {
  try {
    return Result.mapError(
      run(),
      ({ issue }) => format(issue).issues.map(({ message, path = [] }) => ({ path: pathOf(path), message }))
    )
  } catch (error) {
    return Result.fail([{ path: "", message: `the schema threw ${String(error)}` }])
  }
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

type Step = PropertyKey | { readonly key: PropertyKey }

const pathOf = (path: ReadonlyArray<Step>): string =>
  path.map((step) => typeof step === "object" ? step.key : step)
    .map((key, index) => typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`)
    .join("")

const issueOf = ({ field, rule }: InvalidInput): CommandIssue => ({ path: field.replace(/^\./, ""), message: rule })

const invalid = (issues: ReadonlyArray<CommandIssue>): Result.Result<never, CommandInvalid> =>
  // Called where there is at least one.
  Result.fail(new CommandInvalid({ issues: issues as unknown as NonEmptyReadonlyArray<CommandIssue> }))
