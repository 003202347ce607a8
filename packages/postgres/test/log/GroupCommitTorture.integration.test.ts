// Programs append to the same streams at the same time, while connections are cut, callers are interrupted and a program is
// killed. Each commit is stored according to its answer, completely or not at all, and never twice.
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import type { Readable } from "node:stream"
import { expect, test } from "vitest"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as RandomAppends from "../support/RandomAppends.ts"
import { below, seed } from "../support/Seed.ts"
import * as Soak from "../support/Soak.ts"
import * as Stores from "../support/Stores.ts"
import * as Workers from "../support/Workers.ts"

const commits = Soak.size({ test: 15, full: 150 })

const expectSome = (notes: ReadonlyArray<RandomAppends.Sent>): void =>
  expect([...new Set(notes.map(({ outcome }) => outcome))]).toEqual(
    expect.arrayContaining(["Success", "VersionConflict"])
  )

test(
  "two stores of one program that share streams store each commit according to its answer while connections are cut",
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const url = yield* freshDatabase()
      const stores = [yield* Stores.open(url, { maxConnections: 4 }), yield* Stores.open(url, { maxConnections: 1 })]
      const admin = yield* Stores.connect(url)
      const cuts = yield* Effect.forkChild(RandomAppends.cutConnections(admin))
      const notes: Array<RandomAppends.Sent> = []
      yield* Effect.forEach(
        stores.flatMap((store) => Array.from({ length: 12 }, () => store)),
        (store) => RandomAppends.write(store, commits, (sent) => void notes.push(sent)),
        { concurrency: "unbounded", discard: true }
      )
      yield* Fiber.interrupt(cuts)
      expect(yield* RandomAppends.contradictions(admin, notes)).toEqual([])
      expectSome(notes)
      // The comparison finds a wrong answer, and an event that no program has sent.
      const denied = notes.map((sent) => sent.outcome === "Success" ? { ...sent, outcome: "VersionConflict" } : sent)
      expect(yield* RandomAppends.contradictions(admin, denied)).not.toEqual([])
      expect(yield* RandomAppends.contradictions(admin, notes.slice(0, 100))).not.toEqual([])
    })))
)

/** The notes that a program printed; the last line of one that was killed may be cut off. */
const notesOf = (output: string): ReadonlyArray<RandomAppends.Sent> =>
  output.split("\n").slice(0, -1).map((line) => JSON.parse(line) as RandomAppends.Sent)

/** Waits until a program has printed that a commit is stored. */
const untilSuccess = (output: Readable) =>
  Effect.callback<void>((resume) => {
    output.on("data", (data: Buffer) => data.includes("\"Success\"") ? resume(Effect.void) : undefined)
  })

test(
  "programs that share streams store each commit according to its answer while connections are cut and one of them is killed",
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const url = yield* freshDatabase()
      yield* Effect.scoped(Stores.open(url))
      const admin = yield* Stores.connect(url)
      const start = (n: number, maxConnections: number, commits: number) =>
        Workers.startScript(
          "appender.ts",
          { url, maxConnections, writers: 12, commits },
          { REFOLD_SEED: String(seed + n) }
        )
      const lasting = yield* start(1, 4, commits)
      // It has more commits than it can send before it is killed.
      const killed = yield* start(2, 2, 100_000)
      yield* untilSuccess(killed.child.stdout)
      const cuts = yield* Effect.forkChild(RandomAppends.cutConnections(admin))
      const stored = admin<{ count: number }>`select count(*)::int as count from refold.event_store`
      const enough = (yield* stored)[0]!.count + 50 + below(200)
      yield* Effect.repeat(stored, {
        until: ([row]) => row!.count >= enough,
        schedule: Schedule.spaced("5 millis")
      })
      killed.child.kill("SIGKILL")
      const next = yield* start(3, 1, commits)
      const notes = (yield* Effect.all([lasting.ended, killed.ended, next.ended])).map(notesOf)
      yield* Fiber.interrupt(cuts)
      // Statements of the killed program end before the log is compared.
      yield* admin`select pg_terminate_backend(pid, 60000) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`
      expect(yield* RandomAppends.contradictions(admin, notes.flat())).toEqual([])
      for (const own of [notes[0]!, notes[2]!]) expectSome(own)
      expect(notes[1]!.some(({ outcome }) => outcome === "Success")).toBe(true)
    })))
)
