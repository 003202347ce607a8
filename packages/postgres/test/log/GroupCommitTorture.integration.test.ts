// Two programs append to the same streams at the same time, while connections are cut and callers are interrupted. Each commit
// is stored as its answer says, completely or not at all, and never twice.
import type { Commit } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { randomUUID } from "node:crypto"
import { expect, test } from "vitest"
import { freshDatabase } from "../support/freshDatabase.ts"
import { below } from "../support/Seed.ts"
import * as Stores from "../support/Stores.ts"

const streams = Arr.makeBy(6, (n) => Stores.streamName(`shared-${n}`))

/** Some events for one stream or two, with a guard or a key now and then, at any version or at one that is probably wrong. */
const draw = (): Commit => {
  const first = below(streams.length)
  const write = (offset: number) => ({
    stream: streams[(first + offset) % streams.length]!,
    expected: below(3) === 0 ? ExpectedVersion.Exact(below(40)) : ExpectedVersion.Any,
    events: Arr.makeBy(1 + below(3), () => Stores.event({ data: below(20) === 0 ? "x".repeat(300_000) : "small" }))
  })
  const guard = { stream: streams[(first + 2) % streams.length]!, expected: ExpectedVersion.StreamExists, events: [] }
  return {
    writes: [write(0), ...(below(3) === 0 ? [write(1)] : []), ...(below(4) === 0 ? [guard] : [])],
    ...(below(4) === 0 ? { idempotency: { key: randomUUID() } } : {})
  }
}

interface Sent {
  readonly commit: Commit
  readonly exit: Exit.Exit<{ readonly streams: ReadonlyArray<unknown> }, { readonly _tag: string }>
}

/** One writer: sends commits one after the other, and gives up on some of them. */
const writer = ({ store }: Stores.Opened, commits: number) =>
  Effect.forEach(Arr.makeBy(commits, draw), (commit): Effect.Effect<Sent> => {
    const sent = Effect.exit(store.commit(commit))
    const outcome = below(8) === 0 ? Effect.timeoutOption(sent, below(20)) : Effect.map(sent, Option.some)
    return Effect.map(outcome, (exit) => ({ commit, exit: Option.getOrElse(exit, () => Exit.interrupt()) }))
  })

test(
  "two programs that share streams store each commit as its answer says, while connections are cut",
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const url = yield* freshDatabase()
      const programs = [yield* Stores.open(url, { maxConnections: 4 }), yield* Stores.open(url, { maxConnections: 1 })]
      const admin = yield* Stores.connect(url)
      const cuts = yield* Effect.forkChild(Effect.forever(Effect.gen(function*() {
        yield* Effect.sleep(20 + below(60))
        yield* admin`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() order by md5(pid::text || ${
          String(below(1000))
        }) limit 1`
      })))
      const sent = (yield* Effect.forEach(
        programs.flatMap((program) => Arr.makeBy(12, () => program)),
        (program) => writer(program, 15),
        { concurrency: "unbounded" }
      )).flat()
      yield* Fiber.interrupt(cuts)

      const rows = yield* admin<{ id: string; stream: string; version: number; position: number }>`
        select event_id as id, stream, version::int as version, position::float8 as position
        from refold.event_store order by stream, version`
      const stored = new Map(rows.map((row) => [row.id, row]))
      for (const { commit, exit } of sent) {
        const writes = commit.writes.filter(({ events }) => events.length > 0)
        const places = writes.map(({ events }) => events.flatMap(({ id }) => stored.get(id) ?? []))
        const count = places.flat().length
        const all = writes.flatMap(({ events }) => events).length
        const isKnown = Exit.isSuccess(exit) || !["OutcomeUnknown", "Interrupt"].includes(tagOf(exit))
        expect([0, all]).toContain(count)
        expect([tagOf(exit), isKnown ? count > 0 : "either"]).toEqual([
          tagOf(exit),
          isKnown ? Exit.isSuccess(exit) : "either"
        ])
        expect(Exit.isSuccess(exit) ? exit.value.streams : []).toMatchObject(
          Exit.isSuccess(exit)
            ? places.map((events) => ({
              stream: events[0]!.stream,
              firstVersion: events[0]!.version,
              version: events.at(-1)!.version,
              position: events.at(-1)!.position
            }))
            : []
        )
      }
      for (const stream of streams) {
        const own = rows.filter((row) => row.stream === stream)
        expect(own.map(({ version }) => version)).toEqual(own.map((_, index) => index + 1))
        expect(own.map(({ position }) => position)).toEqual(
          own.map(({ position }) => position).toSorted((a, b) => a - b)
        )
      }
      const outcomes = new Set(sent.map(({ exit }) => tagOf(exit)))
      expect([...outcomes]).toEqual(expect.arrayContaining(["Success", "VersionConflict"]))
    }))),
  120_000
)

const tagOf = (exit: Sent["exit"]): string => {
  if (Exit.isSuccess(exit)) return "Success"
  const error = Exit.findErrorOption(exit)
  return Option.isSome(error) ? error.value._tag : "Interrupt"
}
