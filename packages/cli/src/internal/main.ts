/** Runs the command, and ends the process with its exit code: also on Ctrl-C, and after the reader of a pipe has closed it. */
import * as Cause from "effect/Cause"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { readFileSync } from "node:fs"
import * as Commands from "./commands/Commands.ts"
import * as Environment from "./frame/Environment.ts"
import { explain } from "./frame/Explain.ts"

/** The version of this package. */
const { version }: { readonly version: string } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8")
)

const program = Command.run(Commands.refold, { version }).pipe(Effect.provide(Environment.layer))

// As a shell reports a program that a signal ended.
const signals = { SIGINT: 130, SIGTERM: 143 } as const

/** Runs it. */
export const main = (): void => {
  let ending: number | undefined
  const fiber = Effect.runFork(program)
  for (const [signal, code] of Object.entries(signals)) {
    process.on(signal, () => {
      // The second time without waiting for the store to close.
      if (ending !== undefined) process.exit(code)
      ending = code
      fiber.interruptUnsafe()
    })
  }
  // The writer gets this error, too. Without a listener it would be thrown.
  process.stdout.on("error", () => fiber.interruptUnsafe())
  process.stderr.on("error", () => {})
  fiber.addObserver((exit) => process.exit(ending ?? codeOf(exit)))
}

const codeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return 0
  // The reader has closed the pipe: the command ends without an error.
  if (Cause.hasInterruptsOnly(exit.cause)) return 0
  const { code, details, line } = explain(exit.cause)
  if (line !== undefined) process.stderr.write(`refold: ${line}\n`)
  if (line !== undefined && process.argv.includes("--debug")) process.stderr.write(`${details}\n`)
  return code
}
