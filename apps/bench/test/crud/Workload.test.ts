import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { legs } from "../../src/crud/Operation.ts"
import * as Workload from "../../src/crud/Workload.ts"

const size = { accounts: 3, operations: 400, clients: 2 }
const make = (seed: number) => Effect.runPromise(Workload.make("a", size, seed))

it("the same seed gives the same workload, another seed another one", async () => {
  expect(await make(1)).toEqual(await make(1))
  expect((await make(1)).asked).not.toEqual((await make(2)).asked)
})

it("every kind of operation is on known accounts, and transfers are between two of them", async () => {
  const { asked, names } = await make(1)
  expect([...new Set(asked.map(({ _tag }) => _tag))].toSorted()).toEqual(["Deposit", "Transfer", "Withdraw"])
  for (const operation of asked) {
    const touched = legs(operation).map(({ account }) => account)
    expect(touched.every((account) => names.includes(account))).toBe(true)
    expect(touched).toEqual([...new Set(touched)].toSorted())
  }
})

it("a transfer neither makes money nor loses any", async () => {
  const transfers = (await make(3)).asked.filter(({ _tag }) => _tag === "Transfer")
  expect(transfers.length).toBeGreaterThan(0)
  for (const transfer of transfers) expect(legs(transfer).reduce((sum, { change }) => sum + change, 0)).toBe(0)
})
