/** The command line: its options and its help. */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import { parseArgs } from "node:util"
import type { Mode } from "./report/TextReport.ts"
import * as Story from "./story/Story.ts"

/** The options. */
export interface Options {
  readonly mode: Mode
  /** The chapters to run; all if it is undefined. */
  readonly chapters: ReadonlyArray<string> | undefined
  /** The folder to import; the app's sample where it is undefined. */
  readonly data: string | undefined
  /** Only install the SQL functions. */
  readonly sql: boolean
  readonly help: boolean
}

/** The command line has an error. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly problem: string }> {
  override get message(): string {
    return `${this.problem}; --help lists the options`
  }
}

const names = Story.chapters.map(({ name }) => name)

/** The text of `--help`. */
export const help = `Meridian Ledger: event sourcing, shown as the story of a bank.

  npm start                      run the story on an embedded PostgreSQL, and print a line for each chapter
  npm start -- --story           print all chapters in full
  npm start -- --chapter NAME    run one chapter and those that it needs, and print it in full; may be repeated
  npm start -- --json            print the results as one JSON document
  npm start -- --data DIR        import account.asc and trans.asc of a folder instead of the sample
  npm start -- --sql             only install the ledger's SQL on DATABASE_URL, and print the next steps in psql
  npm start -- --help            print this

  DATABASE_URL=postgres://…      use that server: schemas meridian_ledger and ledger, which stay there afterwards

The chapters: ${names.join(", ")}.

The exit code is 0 when every check passed, 1 when one failed or the input is bad, 2 when an option is wrong.`

const options = {
  story: { type: "boolean" },
  chapter: { type: "string", multiple: true },
  json: { type: "boolean" },
  data: { type: "string" },
  sql: { type: "boolean" },
  help: { type: "boolean", short: "h" }
} as const

/** Reads the arguments after the program's name. */
export const parse = (args: ReadonlyArray<string>): Result.Result<Options, UsageError> => {
  try {
    const { chapter, data, help = false, json = false, sql = false, story = false } =
      parseArgs({ args: [...args], options }).values
    const chapters = chapter?.flatMap((text) => text.split(",")).map((name) => name.trim())
    const unknown = chapters?.find((name) => !names.includes(name))
    if (data === "") return usageError("--data must name a folder")
    if (unknown !== undefined) return usageError(`--chapter must not be "${unknown}", but one of ${names.join(", ")}`)
    if ([story, json, chapters !== undefined].filter(Boolean).length > 1) {
      return usageError("--story, --chapter and --json must not be combined")
    }
    const mode = json ? "json" : story || chapters !== undefined ? "full" : "summary"
    return Result.succeed({ mode, chapters, data, sql, help })
  } catch (error) {
    // Node's message has several sentences; the first one names the problem.
    const [problem = "bad arguments"] = String(error instanceof Error ? error.message : error).split(/\.\s|\n/)
    return usageError(problem.replace(/\.$/, ""))
  }
}

const usageError = (problem: string) => Result.fail(new UsageError({ problem }))
