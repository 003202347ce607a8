// Planted corruption, as a superuser with the triggers off: each is found under its name, with what should be there.
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, describe, expect, it } from "vitest"
import { corruptions, undetected } from "./ValidateCorruptions.ts"
import * as ValidateLedger from "./ValidateLedger.ts"

const runtime = ManagedRuntime.make(
  Layer.provideMerge(Layer.effectDiscard(ValidateLedger.opened), PostgresStore.layerEmbedded())
)
afterAll(() => runtime.dispose())

const saidOf = (sql: ReadonlyArray<string>) => runtime.runPromise(ValidateLedger.saidOf({ sql }))

describe("validate_ledger", () => {
  it("has nothing to say of a ledger that is as it should be", async () => {
    expect(await saidOf([])).toEqual([])
  })

  it.each(corruptions)("finds it where $what", async ({ said, sql }) => {
    expect(await saidOf(sql)).toMatchObject(said)
  })

  it.each(undetected)("cannot tell where $what", async ({ sql }) => {
    expect(await saidOf(sql)).toEqual([])
  })
})
