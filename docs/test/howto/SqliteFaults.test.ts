import { EventStoreSuite } from "@refold/laws"
import { Layer, ManagedRuntime } from "effect"
import { readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { MemoryStore, SnapshotStore } from "refold"
import { expect, it } from "vitest"
import type * as SqliteStore from "../../examples/howto/SqliteStore.ts"

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")
const page = read("src/content/docs/how-to/write-an-adapter.md")

/** The store with one mistake: a part of its source replaced by another. */
const withMistake = async (right: string, wrong: string): Promise<typeof SqliteStore> => {
  const source = read("examples/howto/SqliteStore.ts")
  expect(source.split(right)).toHaveLength(2)
  const code = stripTypeScriptTypes(source.replace(right, wrong))
    .replaceAll(/ from "([^"]+)"/g, (_, name: string) => ` from ${JSON.stringify(import.meta.resolve(name))}`)
  // The module has the exports of the file that it is made from.
  return await import(`data:text/javascript,${encodeURIComponent(code)}`) as typeof SqliteStore
}

const snapshots = Layer.effect(SnapshotStore.SnapshotStore, SnapshotStore.SnapshotStore).pipe(
  Layer.provide(MemoryStore.layer)
)

const verdict = async (store: ReturnType<typeof SqliteStore.layer>, law: string) => {
  const runtime = ManagedRuntime.make(Layer.merge(store, snapshots))
  const property = EventStoreSuite.properties().find((one) => one.law === law)!
  const found = await property.check({ runs: 200, shrink: false, run: runtime.runPromise })
  await runtime.dispose()
  return found._tag
}

const mistakes = [
  {
    name: "a refused commit is not rolled back",
    law: "a commit is stored completely or not at all",
    right: "if (Result.isSuccess(result)) db.exec(\"COMMIT\")",
    wrong: "db.exec(\"COMMIT\")"
  },
  {
    name: "the answer that is stored under a key is not returned",
    law: "a commit retried under its key gives its first result and changes nothing",
    right: "    if (earlier) return earlier\n",
    wrong: ""
  },
  {
    name: "the ids of the events are part of the fingerprint",
    law: "concurrent copies of a commit under one key are stored once and get the same result",
    right: "events.map(({ data, type }) => [type, data])",
    wrong: "events.map(({ data, id, type }) => [type, data, id])"
  },
  {
    name: "the input is not checked",
    law: "commits at the limits of valid input return and store the same as in the Journal",
    right: "yield* Effect.fromResult(Commit.check(commit))",
    wrong: "commit"
  },
  {
    name: "keys are deleted too late",
    law: "forgetting idempotency keys deletes the same keys as in the Journal",
    right: "DELETE FROM keys WHERE usedAt < ?",
    wrong: "DELETE FROM keys WHERE usedAt < ? - 1000"
  }
]

it.each(mistakes)("the law finds it where $name", async ({ law, name, right, wrong }) => {
  const { layer } = await withMistake(right, wrong)
  expect(await verdict(layer(":memory:"), law)).toBe("Broken")
  // The page lists each mistake with its law.
  expect(page.replaceAll(/ +\|/g, " |")).toContain(`| ${name} | [${law}](`)
})
