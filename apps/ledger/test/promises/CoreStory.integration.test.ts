import { openEmbedded } from "@refold/postgres/promise"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { fileURLToPath } from "node:url"
import * as MemoryStore from "refold/MemoryStore"
import { openMemory, type Store } from "refold/promise"
import { expect, it } from "vitest"
import * as Story from "../../src/story/Story.ts"
import * as CoreStory from "./CoreStory.ts"

const folder = fileURLToPath(new URL("../../sample", import.meta.url))

/** The lines of these chapters, as the story with effects prints them. */
const withEffects = async (selected: ReadonlyArray<string>) => {
  const story = Stream.runCollect(Story.run(Story.onAnyStore, { folder, run: "one", selected }))
  const runs = await Effect.runPromise(Effect.provide(story, MemoryStore.layer, { local: true }))
  const own = runs.filter(({ isSelected }) => isSelected)
  expect(Story.failedChecks(own)).toEqual([])
  return Object.fromEntries(own.map(({ figure, name }) => [name, figure]))
}

it.each<[string, () => Promise<Store>]>([
  ["in memory", openMemory],
  ["on the embedded PostgreSQL", openEmbedded]
])("the core of the story with promises, %s, prints the lines of the story with effects", async (_, open) => {
  await using store = await open()
  const lines = await CoreStory.lines(store)
  expect(lines).toEqual(await withEffects(Object.keys(lines)))
})
