// Two processes handle the same commands under the same keys at the same time: each command takes effect once, and both
// get the same answers.
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { expect, test } from "vitest"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as Soak from "../support/Soak.ts"
import * as Workers from "../support/Workers.ts"

const commands = Soak.size({ test: 100, short: 500, full: 5_000 })

test("copies of commands on two processes take effect once, and get the same answer", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const url = yield* freshDatabase()
    yield* Effect.gen(function*() {
      yield* CommandHandler.make(Sample.aggregate)("a", { _tag: "Add", coins: commands, notes: [] })
      const input = { url, jar: "a", commands }
      const workers = [
        yield* Workers.startScript("duplicates.ts", input),
        yield* Workers.startScript("duplicates.ts", input)
      ]
      const [one, other] = yield* Effect.forEach(workers, ({ ended }) => ended, { concurrency: 2 })
      expect(JSON.parse(one!)).toHaveLength(commands)
      expect(other).toBe(one)
      // There were no more coins: a command that was decided twice would be refused, or raise the version.
      const { state, version } = yield* State.load(Sample.aggregate, "a")
      expect([state.coins, version]).toEqual([0, commands + 1])
    }).pipe(Effect.provide(PostgresStore.layer({ url: Redacted.make(url) })))
  }))))
