// Transfers and standing orders as they are run, in memory and on an embedded PostgreSQL.
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as MemoryStore from "refold/MemoryStore"
import * as ProcessInstances from "refold/ProcessInstances"
import { describe, expect, it } from "vitest"
import * as EmbeddedStore from "../../../packages/postgres/test/support/EmbeddedStore.ts"
import * as Accounts from "../src/Accounts.ts"
import { crowns } from "../src/Amount.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Processes from "../src/Processes.ts"
import * as ReadSide from "../src/ReadSide.ts"
import type { Services } from "../src/story/Chapter.ts"
import * as SampleCustomers from "../src/story/support/SampleCustomers.ts"
import * as ShiftedClock from "../src/story/support/ShiftedClock.ts"
import * as TotalMoney from "../src/story/support/TotalMoney.ts"
import { transferAtOnce } from "../src/TransferAtOnce.ts"
import * as TransferMoney from "../src/TransferMoney.ts"
import * as Transfers from "../src/Transfers.ts"

const people = SampleCustomers.of("1")
const { fred, gina } = people

const opened = Effect.andThen(
  // Creates the projection of balances for the queries.
  ReadSide.catchUp,
  Effect.forEach(Object.values(people), (id) => SampleCustomers.open(id, crowns(20_000)))
)

const request = (id: string, amount: number) =>
  SampleCustomers.request(id, { from: fred, to: gina, amount: crowns(amount), purpose: "rent" })

const held = Effect.map(SampleCustomers.holdings(people), ({ fred, gina }) => [fred / 100, gina / 100])
const stateOf = (id: string) => Effect.map(Transfers.load(id), ({ state }) => state._tag)

const stores: ReadonlyArray<readonly [string, Layer.Layer<Services, unknown>]> = [
  ["in memory", MemoryStore.layer],
  ["on an embedded PostgreSQL", EmbeddedStore.layer()]
]

describe.each(stores)("%s", (_, layer) => {
  const onStore = (test: Effect.Effect<unknown, unknown, Services>) => async () => {
    await Effect.runPromise(Effect.provide(Effect.andThen(opened, test), layer, { local: true }))
  }

  it(
    "a transfer moves money once, however often the runner runs",
    onStore(Effect.gen(function*() {
      yield* request("1", 300)
      for (let time = 0; time < 3; time++) yield* Processes.moveMoney
      expect([yield* stateOf("1"), yield* held]).toEqual(["Completed", [19_700, 20_300]])
    }))
  )

  it(
    "a transfer to a closed account is refunded",
    onStore(Effect.gen(function*() {
      yield* Accounts.handle(gina, { _tag: "Withdraw", amount: crowns(20_000), channel: "Cash" })
      yield* Accounts.handle(gina, { _tag: "CloseAccount" })
      yield* request("1", 300)
      yield* Processes.moveMoney
      expect([yield* stateOf("1"), yield* held]).toEqual(["Failed", [20_000, 0]])
    }))
  )

  it(
    "a refused refund holds the money until an operator resolves it",
    onStore(Effect.gen(function*() {
      yield* request("1", 12_000)
      yield* Processes.moveMoney
      yield* SampleCustomers.asEmployee(Ledger.send(fred, { _tag: "FreezeAccount", reason: "a lost card" }))
      // Each day the next try of the refund is due.
      for (const days of [4, 5, 6, 7, 8]) yield* ShiftedClock.inDays(days)(Processes.moveMoney)
      const stuck = yield* TotalMoney.sagaOf("1")
      expect([stuck.status, yield* held, TransferMoney.inTransit(stuck)]).toEqual([
        "CompensationFailed",
        [8_000, 20_000],
        12_000_00
      ])
      yield* SampleCustomers.asEmployee(Ledger.send(fred, { _tag: "UnfreezeAccount" }))
      yield* ProcessInstances.resume(TransferMoney.saga, "1", "the account is free again")
      yield* Processes.moveMoney
      expect([yield* stateOf("1"), yield* held]).toEqual(["Failed", [20_000, 20_000]])
    }))
  )

  it(
    "a large transfer moves money when it is approved, also just before the timeout",
    onStore(Effect.gen(function*() {
      yield* request("1", 12_000)
      yield* ShiftedClock.inDays(2)(Processes.moveMoney)
      yield* SampleCustomers.asEmployee(Ledger.send("1", { _tag: "ApproveTransfer", by: "clerk-7" }))
      // The runner was stopped; the approval was stored before the timeout was due.
      yield* ShiftedClock.inDays(4)(Processes.moveMoney)
      expect([yield* stateOf("1"), yield* held]).toEqual(["Completed", [8_000, 32_000]])
    }))
  )

  it(
    "a transfer at once changes both accounts or none",
    onStore(Effect.gen(function*() {
      const movement = { from: fred, to: gina, amount: crowns(300), currency: SampleCustomers.currency }
      yield* transferAtOnce(movement, { idempotencyKey: "1" })
      yield* transferAtOnce(movement, { idempotencyKey: "1" })
      expect(yield* held).toEqual([19_700, 20_300])
      const refused = yield* Effect.flip(transferAtOnce({ ...movement, currency: "USD" }))
      expect(refused).toMatchObject({ _tag: "PartRefused", stream: "account-fred-1" })
      expect(yield* held).toEqual([19_700, 20_300])
    }))
  )

  it(
    "a standing order that was cancelled is not paid",
    onStore(Effect.gen(function*() {
      const order = {
        from: fred,
        to: gina,
        amount: crowns(50),
        currency: SampleCustomers.currency,
        every: "Week"
      } as const
      yield* Ledger.send("1", { _tag: "SetStandingOrder", ...order })
      yield* ShiftedClock.inDays(15)(Processes.payOrders)
      yield* Ledger.send("1", { _tag: "CancelStandingOrder" })
      yield* ShiftedClock.inDays(90)(Processes.payOrders)
      yield* Processes.moveMoney
      expect(yield* held).toEqual([19_900, 20_100])
    }))
  )

  it(
    "processes in the background do the same without calls",
    onStore(Effect.scoped(Effect.gen(function*() {
      yield* Processes.start
      yield* request("1", 300)
      yield* Effect.repeat(stateOf("1"), { schedule: Schedule.spaced("20 millis"), while: (at) => at !== "Completed" })
      expect(yield* held).toEqual([19_700, 20_300])
    })))
  )
})
