/** The command line: what one may ask for, and what is said to those who ask for something else. */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import { parseArgs } from "node:util"

/** What was asked for. */
export interface Options {
  /** The folder to import; the sample that comes with the app where it is left out. */
  readonly data: string | undefined
  readonly json: boolean
  /** Only bring the SQL functions to the database, for those who go on in psql. */
  readonly sql: boolean
  readonly help: boolean
}

/** The command line cannot be understood. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly problem: string }> {
  override get message(): string {
    return `${this.problem}; --help lists the options`
  }
}

/** What `--help` prints. */
export const help = `Meridian Ledger: event sourcing told as the story of a bank.

  npm start                      tell the story on an embedded PostgreSQL, with a small made-up bank
  npm start -- --data DIR        import account.asc and trans.asc of a folder instead
  npm start -- --json            print what was found as one JSON document
  npm start -- --sql             only install the ledger's SQL on DATABASE_URL, and say how to go on in psql
  npm start -- --help            print this

  DATABASE_URL=postgres://…      use that server: schemas meridian_ledger and ledger, which stay there afterwards

The exit code is 0 when every check passed, 1 when one failed or the input is bad, 2 when an option is unknown.`

/** Reads the arguments after the program's name. */
export const parse = (args: ReadonlyArray<string>): Result.Result<Options, UsageError> => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: "string" },
        json: { type: "boolean" },
        sql: { type: "boolean" },
        help: { type: "boolean", short: "h" }
      }
    })
    if (values.data === "") return Result.fail(new UsageError({ problem: "--data must name a folder" }))
    const { data, help = false, json = false, sql = false } = values
    return Result.succeed({ data, json, sql, help })
  } catch (error) {
    // Node explains on and on; its first sentence says what is wrong.
    const [problem = "bad arguments"] = String(error instanceof Error ? error.message : error).split(/\.\s|\n/)
    return Result.fail(new UsageError({ problem: problem.replace(/\.$/, "") }))
  }
}
