import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as MemoryStore from "refold/MemoryStore"
import * as Promises from "refold/promise"
import { expect, it } from "vitest"

it("refold/promise exports the functions that open a store, and the errors", () => {
  expect(Object.keys(Promises).toSorted())
    .toEqual(["Aborted", "Refused", "StoreClosed", "UnexpectedError", "openLayer", "openMemory"])
})

it("a store in memory refuses limits that break their rule", async () => {
  await expect(Promises.openMemory({ limits: { commit: 0 } })).rejects.toMatchObject({ _tag: "InvalidInput" })
})

it("a store on a layer logs by the logger of the layer", async () => {
  const lines: Array<unknown> = []
  const logger = Logger.layer([Logger.make(({ message }) => lines.push(message))])
  await using store = await Promises.openLayer(Layer.merge(MemoryStore.layer, logger))
  await store.effect(Effect.logWarning("look here"))
  expect(lines).toEqual([["look here"]])
})
