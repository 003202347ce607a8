/** Asks before a command changes a store. */
import * as Effect from "effect/Effect"
import { createInterface } from "node:readline/promises"
import { isatty } from "node:tty"
import { failed, usage } from "./CliFailure.ts"
import { safe } from "./Safe.ts"
import * as Settings from "./Settings.ts"

/**
 * Succeeds if `--yes` is given or the question is answered with yes. Fails as a wrong call if there is no terminal to ask
 * on. `change` describes the change: "rebuild the projection balances".
 */
export const confirm = Effect.fnUntraced(function*(change: string) {
  if (yield* Settings.yes) return
  if (!isatty(0) || !isatty(2)) {
    return yield* usage(`this would ${change}: repeat it with --yes`)
  }
  const answer = yield* ask(`This will ${safe(change)}. Continue? [y/N] `)
  if (!/^y(es)?$/i.test(answer.trim())) return yield* failed("not confirmed: nothing was changed")
})

const ask = (question: string): Effect.Effect<string> =>
  Effect.callback((resume, signal) => {
    const reader = createInterface({ input: process.stdin, output: process.stderr })
    // In raw mode the terminal passes Ctrl-C to the reader.
    reader.once("SIGINT", () => process.kill(process.pid, "SIGINT"))
    reader.question(question, { signal }).finally(() => reader.close())
      .then((answer) => resume(Effect.succeed(answer)), () => resume(Effect.interrupt))
  })
