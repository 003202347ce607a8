// Programs of two releases on one server, started, killed and rolled back in every order.
import { PostgresStore } from "@refold/postgres"
import { Effect, Layer, Option, Redacted, type Scope, Stream } from "effect"
import { spawn } from "node:child_process"
import { join } from "node:path"
import {
  EventReader,
  type EventStore,
  Parked,
  ProcessRunner,
  ProjectionStatus,
  Projector,
  ReadModel,
  Rebuild
} from "refold"
import type { ReadModelStore, SnapshotStore } from "refold"
import { expect, it } from "vitest"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import * as Stores from "../../../packages/postgres/test/support/Stores.ts"
import { handlers, leaveOut, parkStream, releases } from "../../examples/howto/Releases.ts"

type Release = keyof typeof releases

interface Program {
  readonly said: () => string
  readonly until: (said: string) => Promise<void>
  readonly kill: () => Promise<void>
}

const script = join(import.meta.dirname, "ReleaseProgram.ts")

const start = async (url: string, release: Release): Promise<Program> => {
  const child = spawn(process.execPath, [script, url, String(release)], { stdio: ["pipe", "pipe", "inherit"] })
  let said = ""
  const waiting = new Set<() => void>()
  child.stdout.on("data", (data: Buffer) => {
    said += data.toString()
    for (const look of waiting) look()
  })
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()))
  const program: Program = {
    said: () => said,
    until: (wanted) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (!said.includes(wanted)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        void closed.then(() => reject(new Error(`it ended and said ${said}`)))
        look()
      }),
    kill: async () => {
      child.kill("SIGKILL")
      await closed
    }
  }
  await program.until("started")
  return program
}

/** A database of its own, with what the test process does on it. */
const onDatabase = (test: (url: string) => Effect.Effect<void, unknown, Services | Scope.Scope>) => () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const url = yield* freshDatabase()
    yield* Effect.provide(test(url), Layer.fresh(PostgresStore.layer({ url: Redacted.make(url) })))
  })))

type Services =
  | EventStore.EventStore
  | EventReader.EventReader
  | SnapshotStore.SnapshotStore
  | ReadModelStore.ReadModelStore

const isParked = Effect.gen(function*() {
  const all = yield* ProjectionStatus.all
  return all.flatMap(({ building, live }) => [live, building]).some((one) =>
    one._tag === "Some" && one.value.parked.length > 0
  )
})

const catchUp = Effect.gen(function*() {
  const { sums, thanking } = releases[2]
  const { bound } = yield* EventReader.EventReader
  // An append of a program that was killed holds the head back until the server notices.
  yield* Effect.repeat(bound, { until: ({ heldBackBy }) => heldBackBy.length === 0 })
  yield* Projector.catchUp(sums)
  yield* ProcessRunner.catchUp(thanking, { handlers })
})

const lettersOf = Effect.gen(function*() {
  const { readAll } = yield* EventReader.EventReader
  return (yield* Stream.runCollect(readAll({ categories: ["letters"] }))).map(({ stream }) => stream)
})

type Step = `${"start" | "stop"} ${Release}`

// Every order in which a program of each release starts and stops.
const orders = (["start 1", "stop 1"] as const).reduce<ReadonlyArray<ReadonlyArray<Step>>>(
  (known, step) =>
    known.flatMap((order) => {
      const after = order.indexOf("start 1") + 1
      return Array.from({ length: order.length - after + 1 }, (_, n) => order.toSpliced(after + n, 0, step))
    }),
  [["start 2", "stop 2"]]
)

it("there are six orders", () => {
  expect(new Set(orders.map(String)).size).toBe(6)
})

it.each(orders.map((order) => [order.join(", "), order] as const))(
  "%s: nothing is parked, lost or done twice, and release 2 ends with all rows",
  (_, order) =>
    onDatabase((url) =>
      Effect.gen(function*() {
        const running = new Map<Release, Program>()
        yield* Effect.addFinalizer(() =>
          Effect.promise(() => Promise.all([...running.values()].map(({ kill }) => kill())))
        )
        const expected = new Map<string, number>()
        const events: Array<string> = []
        const parked: Array<boolean> = []
        const pay = Effect.fnUntraced(function*(release: Release, bill: string, cents: number) {
          const { version } = yield* releases[release].pay(bill, cents)
          events.push(`letters-${bill}-${version}`)
          if (cents > 0) expected.set(`bill-${bill}`, (expected.get(`bill-${bill}`) ?? 0) + cents)
        })
        for (const [index, step] of order.entries()) {
          const release: Release = step.endsWith("1") ? 1 : 2
          if (step.startsWith("start")) running.set(release, yield* Effect.promise(() => start(url, release)))
          else {
            yield* Effect.promise(() => running.get(release)!.kill())
            running.delete(release)
          }
          // Release 1 cannot load a bill of release 2.
          if (running.has(1)) yield* pay(1, `old ${index}`, 1)
          if (running.has(1) && !running.has(2)) {
            yield* pay(2, "rolled back", 5)
            yield* Effect.promise(() => running.get(1)!.until("outdated"))
            parked.push(yield* isParked)
          }
          if (!running.has(2)) continue
          for (const bill of ["new", ...running.has(1) ? [`old ${index}`] : []]) yield* pay(2, bill, 10)
          yield* pay(2, "new", -3)
        }
        yield* catchUp
        expect([...parked, yield* isParked]).not.toContain(true)
        const { rows } = yield* ReadModel.query(releases[2].sums)
        expect(new Map(rows.map(({ key, state }) => [key, state.cents]))).toEqual(expected)
        expect((yield* lettersOf).toSorted()).toEqual(events.toSorted())
      })
    )()
)

it(
  "an operator parks the stream of the event, and release 2 retries it",
  onDatabase((url) =>
    Effect.gen(function*() {
      const old = yield* Effect.promise(() => start(url, 1))
      yield* Effect.addFinalizer(() => Effect.promise(old.kill))
      yield* Effect.promise(() => old.until("ready"))
      const { stream } = yield* releases[2].pay("a", 10)
      const behind = yield* releases[1].pay("b", 1)
      yield* Effect.promise(() => old.until("outdated"))
      yield* parkStream(stream)
      yield* ReadModel.awaitPosition(releases[1].sums, behind, { timeout: "1 minute" })
      expect(yield* Parked.list(releases[1].sums)).toMatchObject([{ stream: "bill-a", stage: "Newer" }])
      const next = yield* Effect.promise(() => start(url, 2))
      yield* Effect.addFinalizer(() => Effect.promise(next.kill))
      const isRetried = Effect.map(Parked.list(releases[2].sums), (parked) => parked.length === 0)
      yield* Effect.repeat(Effect.delay(isRetried, "50 millis"), { until: (retried) => retried })
      expect((yield* ReadModel.query(releases[2].sums)).rows.map(({ state }) => state.cents)).toEqual([10, 1])
    })
  )
)

it(
  "an operator discards an event in a version that no release writes, and all other events are read",
  onDatabase((url) =>
    Effect.gen(function*() {
      const program = yield* Effect.promise(() => start(url, 2))
      yield* Effect.addFinalizer(() => Effect.promise(program.kill))
      yield* Effect.promise(() => program.until("ready"))
      const sql = yield* Stores.connect(url)
      const forge = (bill: string) =>
        sql`select from refold.append_event(${`bill-${bill}`}, 'Paid', '{}', schema_version => 32767)`
      const { sums, thanking } = releases[2]
      const waitsAt = (stream: string) =>
        Effect.all([ProjectionStatus.of(sums), ProjectionStatus.of(ProcessRunner.observer(thanking))]).pipe(
          Effect.map((all) =>
            all.every((status) =>
              Option.exists(
                ProjectionStatus.current(status),
                ({ newer }) => Option.exists(newer, (at) => at.stream === stream)
              )
            )
          ),
          Effect.delay("50 millis"),
          Effect.repeat({ until: (waits) => waits })
        )
      yield* releases[2].pay("a", 1)
      for (const bill of ["a", "forged"]) {
        yield* forge(bill)
        yield* releases[2].pay("b", 10)
        yield* waitsAt(`bill-${bill}`)
        yield* leaveOut("no release writes version 32767")
      }
      const last = yield* releases[2].pay("c", 100)
      for (const waiting of [sums, ProcessRunner.observer(thanking)]) {
        yield* ReadModel.awaitPosition(waiting, last, { timeout: "1 minute" })
        expect(yield* Parked.list(waiting)).toEqual([])
        expect(yield* Parked.listDiscarded(waiting)).toMatchObject([{ stream: "bill-a" }, { stream: "bill-forged" }])
      }
      expect((yield* ReadModel.query(sums)).rows.map(({ state }) => state.cents)).toEqual([1, 20, 100])
      // A rebuild leaves it out, too.
      yield* Stream.runDrain(Rebuild.rebuild(sums))
      expect((yield* ReadModel.query(sums)).rows.map(({ state }) => state.cents)).toEqual([1, 20, 100])
    })
  )
)

it(
  "a program that is rolled back reports that it is outdated, and newer code continues",
  onDatabase((url) =>
    Effect.gen(function*() {
      const old = yield* Effect.promise(() => start(url, 1))
      yield* Effect.addFinalizer(() => Effect.promise(old.kill))
      yield* Effect.promise(() => old.until("ready"))
      yield* releases[1].pay("a", 1)
      yield* releases[2].pay("a", 10)
      yield* Effect.promise(() => old.until("outdated"))
      const { live } = yield* ProjectionStatus.of(releases[2].sums)
      expect(live).toMatchObject({ value: { newer: { value: { stream: "bill-a", version: 2, schemaVersion: 2 } } } })
      expect(yield* Effect.flip(releases[1].pay("a", 1))).toMatchObject({ _tag: "NewerSchemaVersion" })
      const next = yield* Effect.promise(() => start(url, 2))
      yield* Effect.addFinalizer(() => Effect.promise(next.kill))
      const last = yield* releases[2].pay("a", 100)
      yield* ReadModel.awaitPosition(releases[2].sums, last, { timeout: "1 minute" })
      expect((yield* ReadModel.query(releases[2].sums)).rows).toMatchObject([{ state: { cents: 111 } }])
      // Once newer code observes more event types, the process of release 1 is refused.
      yield* catchUp
      const again = yield* Effect.promise(() => start(url, 1))
      yield* Effect.addFinalizer(() => Effect.promise(again.kill))
      expect(again.said()).toContain("started, DefinitionMismatch")
      expect(yield* Parked.list(releases[2].sums)).toEqual([])
    })
  )
)
