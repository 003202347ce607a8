// Every store runs the workloads, or reports the parts that it lacks.
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { freshDatabase } from "../../../../packages/postgres/test/support/freshDatabase.ts"
import * as Child from "../../src/speed/Child.ts"
import type { PeerName } from "../../src/speed/Peers.ts"
import { Missing, type Size } from "../../src/speed/Task.ts"
import type { TaskName } from "../../src/speed/Tasks.ts"

const size: Size = { writers: 2, batch: 3, streams: 2, events: 5, rows: 2, times: 1, millis: 1 }

// A snapshot is stored with the hundredth event, and rows are built to the end.
const sizes: Partial<Record<TaskName, Partial<Size>>> = { snapshot: { events: 100 }, catchUp: { millis: 60_000 } }

const parts: ReadonlyArray<TaskName> = ["append", "hot", "cold", "replay", "catchUp", "commit", "snapshot"]

/** Runs all parts that a store has, and checks that no event is lost. */
const partsOf = async (peer: PeerName, url: string): Promise<ReadonlyArray<TaskName>> => {
  const child = Child.start(peer)
  const works = async (task: TaskName): Promise<boolean> => {
    const job = { url, task, size: { ...size, ...sizes[task] } }
    await child.prepare(job)
    const { value, wrong } = await child.measure(job, 1)
    return value > 0 && (wrong?.lost ?? 0) === 0
  }
  const found: Array<TaskName> = []
  try {
    for (const task of parts) {
      const isThere = await works(task).catch((error: unknown) =>
        error instanceof Missing ? false : Promise.reject(error)
      )
      if (isThere) found.push(task)
    }
  } finally {
    child.stop()
  }
  return found
}

it.each<[PeerName, ReadonlyArray<TaskName>]>([
  ["refold", ["catchUp", "commit", "snapshot"]],
  ["raw", ["catchUp", "commit"]],
  ["castore", ["commit"]],
  ["emmett", ["catchUp"]],
  ["act", []],
  ["dcb", ["catchUp", "commit"]],
  ["messagedb", ["commit"]]
])("%s appends, loads and handles commands, and also has %j", async (peer, others) => {
  const found = await Effect.runPromise(
    Effect.scoped(Effect.flatMap(freshDatabase(), (url) => Effect.promise(() => partsOf(peer, url))))
  )
  expect(found).toEqual(["append", "hot", "cold", "replay", ...others])
})

it("after a process ended, every request fails at once", async () => {
  const child = Child.start("raw")
  const job = { url: "postgres://nobody@127.0.0.1:1/none", task: "append", size } as const
  const waiting = child.prepare(job).catch(String)
  child.stop()
  expect(await waiting).toContain("ended with SIGKILL")
  await expect(child.prepare(job)).rejects.toThrow("ended with SIGKILL")
  expect(child.hasEnded()).toBe(true)
})
