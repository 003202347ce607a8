import { Effect, Stream } from "effect"
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { CommandHandler, EventReader, type EventStore, type SnapshotStore, State } from "refold"
import { afterAll, expect, it } from "vitest"
import { layer } from "../../examples/howto/SqliteApp.ts"
import { Wallet } from "../../examples/Wallet.ts"

const folder = mkdtempSync(join(tmpdir(), "refold-sqlite-"))
afterAll(() => rmSync(folder, { recursive: true }))

type Stores = EventStore.EventStore | EventReader.EventReader | SnapshotStore.SnapshotStore

const run = <A, E>(file: string, program: Effect.Effect<A, E, Stores>) =>
  Effect.runPromise(Effect.provide(program, layer(file)))

it("three programs that append to one stream of a file store each event once, in the order of versions", async () => {
  const file = join(folder, "programs.db")
  const writer = join(import.meta.dirname, "SqliteWriter.ts")
  const program = () => promisify(execFile)(process.execPath, [writer, file, "40"])
  await Promise.all([program(), program(), program()])

  const all = Effect.flatMap(EventReader.EventReader, ({ readAll }) => Stream.runCollect(readAll()))
  const events = await run(file, all)
  expect(events.map(({ version }) => version)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
  expect((await run(file, State.load(Wallet, "ada"))).state).toBe(120)
})

it("a file that is opened again has its events and its idempotency keys", async () => {
  const file = join(folder, "again.db")
  const deposit = CommandHandler.make(Wallet)(
    "ada",
    { _tag: "Deposit", cents: 7, from: "salary" },
    { idempotencyKey: "wire-1" }
  )
  const first = await run(file, deposit)
  const second = await run(file, deposit)
  expect(first.deduplicated).toBe(false)
  expect(second).toMatchObject({ deduplicated: true, version: 1, state: 7 })
})
