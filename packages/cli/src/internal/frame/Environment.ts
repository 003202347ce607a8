/**
 * The platform services of `effect/cli`: few, because this package reads input and writes output itself. This avoids a
 * dependency on `@effect/platform-node`, which needs a newer Node than this command.
 */
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Path from "effect/Path"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import * as Output from "./Output.ts"
import { safe } from "./Safe.ts"

const unused = Effect.die("the command does not use this")

const terminal = Terminal.make({
  columns: Effect.sync(() => process.stdout.columns || 80),
  rows: Effect.sync(() => process.stdout.rows || 24),
  size: unused,
  readInput: unused,
  readLine: unused,
  display: () => unused
})

// Suggestions are on lines of their own.
const inOneLine = (message: string): string =>
  message.replace(
    /\s*Did you mean this\?\s*([^]*)$/,
    (_, names: string) => ` (did you mean ${names.split(/\s+/).join(", ")}?)`
  )
    .replace(/\.$/, "")

// Help that was asked for is data; the rest goes to stderr, as one line with the problem.
const presenter: CliOutput.Presenter = {
  present: (event) => {
    const formatter = CliOutput.defaultFormatter({ colors: Output.isColored(process.stdout) })
    switch (event._tag) {
      case "Version":
        return Output.lines([event.version])
      case "Help": {
        const help = formatter.formatHelpDoc(event.helpDoc)
        return event.reason === "Requested"
          ? Output.lines([help])
          : Effect.sync(() => process.stderr.write(`${help}\n`))
      }
      case "InvalidInvocation": {
        const [first] = event.errors
        const hint = `see ${event.commandPath.join(" ")} --help`
        return Output.note(`refold: ${safe(inOneLine(first?.message ?? "wrong arguments"))}: ${hint}`)
      }
    }
  }
}

// One line for each message of the library: they are warnings.
const logger = Logger.make(({ logLevel, message }) => {
  const texts = (Array.isArray(message) ? message : [message]).map(safe)
  process.stderr.write(`refold: ${logLevel.toLowerCase()}: ${texts.join(" ")}\n`)
})

/** The services, output and log of the command. */
export const layer = Layer.mergeAll(
  FileSystem.layerNoop({}),
  Path.layer,
  Stdio.layerTest({ args: Effect.sync(() => process.argv.slice(2)) }),
  Layer.succeed(Terminal.Terminal, terminal),
  Layer.succeed(ChildProcessSpawner.ChildProcessSpawner, ChildProcessSpawner.make(() => unused)),
  CliOutput.layerPresenter(presenter),
  // Without the wizard, which reads keys, and without the flag of the log level, which is always Warn.
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] }),
  Logger.layer([logger])
)
