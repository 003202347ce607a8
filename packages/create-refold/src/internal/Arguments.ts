/** Parses the arguments of the command: the request, or an error in one line. */
import { problemOf } from "./ProjectName.ts"

/** The flavour of the project: with promises or with effects. */
export type Flavour = "promise" | "effect"

/** The parsed arguments; undefined for those that were not given. */
export type Request =
  | { readonly _tag: "Help" }
  | { readonly _tag: "Version" }
  | { readonly _tag: "Create"; readonly name: string | undefined; readonly flavour: Flavour | undefined }
  | { readonly _tag: "Wrong"; readonly line: string }

/** The text of `--help`. */
export const help = `Creates an event-sourced service on Refold and PostgreSQL in a new folder.

  npm create refold my-app                 with promises
  npm create refold my-app -- --effect     with Effect
  npm create refold                        asks, on a terminal

Options
  --promise      promises (the default)
  --effect       Effect
  --help, -h     prints this text
  --version, -v  prints the version

The folder must not exist, or be empty. Nothing is installed, and no network is used.
Exit code: 0 when the project is created, 1 when it cannot be written, 2 for wrong arguments.
`

/** Parses the arguments. */
export const parse = (args: ReadonlyArray<string>): Request => {
  if (args.some((one) => one === "--help" || one === "-h")) return { _tag: "Help" }
  if (args.some((one) => one === "--version" || one === "-v")) return { _tag: "Version" }
  const [flags, names] = [args.filter((one) => one.startsWith("-")), args.filter((one) => !one.startsWith("-"))]
  const line = wrongFlags(flags) ?? wrongNames(names)
  if (line !== undefined) return { _tag: "Wrong", line }
  const flavour = flags.length === 0 ? undefined : flags.includes("--effect") ? "effect" : "promise"
  return { _tag: "Create", name: names[0], flavour }
}

const wrongFlags = (flags: ReadonlyArray<string>): string | undefined => {
  const unknown = flags.find((flag) => flag !== "--promise" && flag !== "--effect")
  if (unknown !== undefined)
    return `unknown flag ${JSON.stringify(unknown)}: the flags are --promise, --effect, --help and --version`
  return new Set(flags).size > 1 ? "--promise and --effect exclude each other: give one of them" : undefined
}

const wrongNames = ([name, second]: ReadonlyArray<string>): string | undefined => {
  if (second !== undefined) return `one name is enough: ${JSON.stringify(second)} is a second one`
  return name === undefined ? undefined : problemOf(name)
}
