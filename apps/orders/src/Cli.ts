/** The command line: its options, and an error of one line for an unknown option. */
import { Data, Result } from "effect"
import { parseArgs } from "node:util"
import * as Store from "./Store.ts"

/** The options. */
export interface Options {
  readonly json: boolean
  readonly store: Store.Name
  readonly help: boolean
}

/** The command line breaks a rule. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly problem: string }> {
  override get message(): string {
    return `${this.problem}; --help lists the options`
  }
}

/** The text that `--help` prints. */
export const help = `Orders: an event-driven pipeline, as a week of a shop.

  npm run orders                         tell the story on the store in memory
  npm run orders -- --json               print the rows and a temporal query as one JSON document
  npm run orders -- --store embedded     run on an embedded PostgreSQL instead of memory
  npm run orders -- --help               print this

The exit code is 0, or 1 when the store fails, or 2 when an option is unknown.`

/** Reads the arguments after the name of the program. */
export const parse = (args: ReadonlyArray<string>): Result.Result<Options, UsageError> => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: "boolean" },
        store: { type: "string" },
        help: { type: "boolean", short: "h" }
      }
    })
    const { help = false, json = false } = values
    const store = Store.names.find((name) => name === (values.store ?? "memory"))
    return store === undefined
      ? Result.fail(new UsageError({ problem: `--store must be ${Store.names.join(" or ")}` }))
      : Result.succeed({ json, store, help })
  } catch (error) {
    // The first sentence of Node's message names the problem; the others are advice.
    const [problem = "bad arguments"] = String(error instanceof Error ? error.message : error).split(/\.\s|\n/)
    return Result.fail(new UsageError({ problem: problem.replace(/\.$/, "") }))
  }
}
