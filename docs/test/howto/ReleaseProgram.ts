/** A program of one release: `node ReleaseProgram.ts <url> <release>`. It ends with the process that started it. */
import { PostgresStore } from "@refold/postgres"
import { Effect, Layer, Redacted, Result } from "effect"
import { releases } from "../../examples/howto/Releases.ts"

const [, , url = "", release = ""] = process.argv
process.stdin.on("end", () => process.exit()).resume()

const program = Effect.gen(function*() {
  // The test passes the number of a release.
  const { isReady, process: runner } = yield* releases[Number(release) as keyof typeof releases].worker
  const observes = Result.isSuccess(runner) ? "observes" : runner.failure._tag
  process.stdout.write(`started, ${observes}\n`)
  for (let before: boolean | undefined;;) {
    const now = yield* isReady
    if (now !== before) process.stdout.write(now ? "ready\n" : "outdated\n")
    before = now
    yield* Effect.sleep("50 millis")
  }
})

const store = PostgresStore.layer({ url: Redacted.make(url), migrate: false })
await Effect.runPromise(Effect.provide(Effect.scoped(program), Layer.fresh(store)))
