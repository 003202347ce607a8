/** The command line: its options, and the messages for wrong ones. */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import { parseArgs } from "node:util"
import type { Options } from "./Compare.ts"

/** The parsed options; a number that was not given is undefined. */
export interface Asked {
  readonly json: boolean
  readonly help: boolean
  readonly sizes: Partial<Options>
}

/** The command line cannot be understood. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly problem: string }> {
  override get message(): string {
    return `${this.problem}; --help lists the options`
  }
}

/** The text of `--help`. */
export const help = `CRUD against event sourcing: the same operations on tables of balances and on an event store.

  npm run crud                 lost updates, answers about the past, and costs
  npm run crud -- --json       the same as one JSON document

  --accounts N  --operations N  --clients N  --rounds N  --seed N
  --hot N       accounts of the load in which clients meet all the time
  --depth N     events of the account that is read, --reads times in a round

  DATABASE_URL=postgres://…    on that server, in schemas that are dropped afterwards; else embedded

The exit code is 0 when only the table without a lock lost money, 1 when another one did or the run failed, 2 when an
option is unknown.`

// The minimum: a transfer takes two accounts.
const least = { accounts: 2, operations: 1, clients: 1, rounds: 1, seed: 0, hot: 2, depth: 1, reads: 1 }

/** The sizes for a server: some minutes. */
export const onServer: Options = {
  accounts: 500,
  operations: 1_000,
  clients: 16,
  rounds: 7,
  seed: 1,
  hot: 10,
  depth: 1_050,
  reads: 300
}

/** The sizes for the embedded database. */
export const embedded: Options = { ...onServer, accounts: 100, operations: 400, rounds: 3, reads: 100 }

// The keys of a constant object are known.
const names = Object.keys(least) as ReadonlyArray<keyof Options>

const number = { type: "string" } as const
const numbers = {
  accounts: number,
  operations: number,
  clients: number,
  rounds: number,
  seed: number,
  hot: number,
  depth: number,
  reads: number
}

/** Reads the arguments after the program's name. */
export const parse = (args: ReadonlyArray<string>): Result.Result<Asked, UsageError> => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...numbers, json: { type: "boolean" }, help: { type: "boolean", short: "h" } }
    })
    const given = names.filter((name) => values[name] !== undefined).map((name) =>
      [name, Number(values[name])] as const
    )
    for (const [name, number] of given) {
      if (!Number.isSafeInteger(number) || number < least[name]) {
        return Result.fail(new UsageError({ problem: `--${name} must be a whole number of ${least[name]} or more` }))
      }
    }
    return Result.succeed({ json: values.json === true, help: values.help === true, sizes: Object.fromEntries(given) })
  } catch (error) {
    // Node's message is long; its first sentence names the problem.
    const [problem = "bad arguments"] = String(error instanceof Error ? error.message : error).split(/\.\s|\n/)
    return Result.fail(new UsageError({ problem: problem.replace(/\.$/, "") }))
  }
}
