/*
 * A process that handles a list of commands under their keys, in random order, and prints the answers.
 */
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"

/** The argument of the script. */
export interface Input {
  readonly url: string
  /** Coins are taken from this jar, under the keys 0, 1, 2 … of as many commands. */
  readonly jar: string
  readonly commands: number
}

// The argument is written by `Workers.startScript`.
const { commands, jar, url } = JSON.parse(process.argv[2]!) as Input

process.stdin.on("end", () => process.exit()).resume()

const handle = CommandHandler.make(Sample.aggregate, { retries: 1000 })

const program = Effect.gen(function*() {
  const order = yield* Random.shuffle(Array.from({ length: commands }, (_, n) => n))
  const answers = yield* Effect.forEach(order, (n) =>
    Effect.map(
      handle(jar, { _tag: "Take", coins: 1 }, { idempotencyKey: `${n}` }),
      ({ events, position, state, version }) => [n, { events, position, state, version }] as const
    ), { concurrency: 4 })
  return JSON.stringify(answers.toSorted(([one], [two]) => one - two))
})

const answers = await Effect.runPromise(
  Effect.provide(program, PostgresStore.layer({ url: Redacted.make(url), migrate: false }))
)
// Exits only after the pipe has taken all of the output.
process.stdout.write(answers, () => process.exit())
