/** The command line of the benchmark. */
import * as Result from "effect/Result"
import { parseArgs } from "node:util"
import { UsageError } from "../crud/Cli.ts"
import type { Scale } from "./Scale.ts"

/** The parsed command line. */
export interface Asked {
  readonly help: boolean
  readonly scale: Scale
  /** Groups whose names begin with one of these; all for none. */
  readonly only: ReadonlyArray<string>
  /** Stores, by name; all for none, or the nearest ones in a quick run. */
  readonly peers: ReadonlyArray<string>
  /** The file for the findings. */
  readonly json: string | undefined
}

/** The text of `--help`. */
export const help = `Refold beside raw pg, castore, emmett, act-pg, dcb-es and Message DB, in one run.

  npm run bench                     everything
  npm run bench -- --quick          small sizes, and only raw pg, castore and emmett beside Refold: about a minute
  npm run bench -- --only append    groups whose names begin with it; may be given again
  npm run bench -- --peer emmett    Refold and this store; may be given again
  npm run bench -- --rounds N       5 by default, 3 with --quick
  npm run bench -- --huge           growth up to five million events
  npm run bench -- --json FILE      the findings as JSON, for the pages of the documentation

  DATABASE_URL=postgres://…         on that server, in databases that are dropped afterwards; else on a server of its own

The exit code is 0 when everything was measured, 1 when a workload failed or Refold did something wrong, 2 when an option
is unknown.`

// What a quick run compares with: the floor, and the libraries for TypeScript that are nearest to Refold.
const nearest = ["raw", "castore", "castore-memory", "emmett", "emmett-memory"]

/** Reads the arguments after the program's name. */
export const parse = (args: ReadonlyArray<string>): Result.Result<Asked, UsageError> => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean", default: false },
        huge: { type: "boolean", default: false },
        only: { type: "string", multiple: true, default: [] },
        peer: { type: "string", multiple: true, default: [] },
        rounds: { type: "string" },
        json: { type: "string" },
        help: { type: "boolean", short: "h", default: false }
      }
    })
    const rounds = Number(values.rounds ?? (values.quick ? 3 : 5))
    if (!Number.isSafeInteger(rounds) || rounds < 1) {
      return Result.fail(new UsageError({ problem: "--rounds must be a whole number of 1 or more" }))
    }
    return Result.succeed({
      help: values.help,
      scale: { isQuick: values.quick, isHuge: values.huge, rounds },
      only: values.only,
      peers: values.quick && values.peer.length === 0 ? nearest : values.peer,
      json: values.json
    })
  } catch (error) {
    // Node's first sentence names the problem.
    const [problem = "bad arguments"] = String(error instanceof Error ? error.message : error).split(/\.\s|\n/)
    return Result.fail(new UsageError({ problem: problem.replace(/\.$/, "") }))
  }
}
