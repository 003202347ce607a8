/* The help of every command, as the command itself gives it. */
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import type * as HelpDoc from "effect/cli/HelpDoc"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { refold } from "../../src/internal/commands/Commands.ts"
import * as Environment from "../../src/internal/frame/Environment.ts"

/** A command by its path, such as `["refold", "parked", "list"]`, and its help. */
export interface Documented {
  readonly path: ReadonlyArray<string>
  readonly help: HelpDoc.HelpDoc
}

/** All commands, each before its sub-commands. */
export const documents: Effect.Effect<ReadonlyArray<Documented>> = Effect.suspend(() =>
  Effect.forEach(pathsOf(refold, []), (path) => Effect.map(helpOf(path.slice(1)), (help) => ({ path, help })))
)

const pathsOf = (command: Command.Command.Any, above: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const path = [...above, command.name]
  return [path, ...command.subcommands.flatMap(({ commands }) => commands.flatMap((one) => pathsOf(one, path)))]
}

const helpOf = (args: ReadonlyArray<string>): Effect.Effect<HelpDoc.HelpDoc> =>
  Effect.gen(function*() {
    const presented: Array<CliOutput.Presenter.Event> = []
    const layer = Layer.mergeAll(
      Environment.layer,
      CliOutput.layerPresenter({ present: (event) => Effect.sync(() => void presented.push(event)) })
    )
    yield* Effect.orDie(
      Effect.provide(Command.runWith(refold, { version: "0" })([...args, "--help"]), layer, { local: true })
    )
    const [event] = presented
    return event?._tag === "Help" ? event.helpDoc : yield* Effect.die(`no help for ${args.join(" ")}`)
  })

/** The reference of all commands in Markdown: a section for each, with its arguments and flags. */
export const reference = Effect.map(documents, (all) => {
  const [root] = all
  return [
    ...all.slice(1).map(sectionOf),
    `## Flags of every command\n\n${table(["flag", "meaning"], (root!.help.globalFlags ?? []).map(flagRow))}`
  ].join("\n\n")
})

const sectionOf = ({ help, path }: Documented): string => {
  const args = (help.args ?? []).map(({ description, name, required }) => [
    `\`${name}\``,
    `${textOf(description)}${required ? "" : "; may be left out"}`
  ])
  const flags = help.flags.map(flagRow)
  return [
    `${path.length > 2 ? "###" : "##"} \`${path.join(" ")}\``,
    help.description,
    `\`${help.usage}\``,
    ...args.length > 0 ? [table(["argument", "meaning"], args)] : [],
    ...flags.length > 0 ? [table(["flag", "meaning"], flags)] : []
  ].join("\n\n")
}

const flagRow = ({ aliases, description, name, required, type }: HelpDoc.FlagDoc): ReadonlyArray<string> => [
  [`--${name}`, ...aliases].map((one) => `\`${one}${type === "boolean" ? "" : ` ${type}`}\``).join(", ").replaceAll(
    "|",
    "\\|"
  ),
  `${textOf(description).replaceAll("|", "\\|")}${required ? "; required" : ""}`
]

const textOf = (description: Option.Option<string>): string => Option.getOrElse(description, () => "")

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n")
