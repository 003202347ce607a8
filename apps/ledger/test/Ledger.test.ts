// The entry points: permissions, metadata of commands, and commands from a wire.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventReader } from "refold/EventReader"
import type { EventStore } from "refold/EventStore"
import * as MemoryStore from "refold/MemoryStore"
import type { Readers } from "refold/ReadModel"
import { describe, expect, expectTypeOf, it } from "vitest"
import { crowns } from "../src/Amount.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Processes from "../src/Processes.ts"
import * as ReadSide from "../src/ReadSide.ts"
import * as SampleCustomers from "../src/story/support/SampleCustomers.ts"

const run = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, MemoryStore.layer, { local: true }))

const transfer = { from: "ada", to: "bob", amount: crowns(10), purpose: "tea" }

const refused = <A, E, R>(asked: Effect.Effect<A, E, R>) => Effect.flip(Effect.asVoid(asked))

// Commands that only employees may send.
const employees = {
  FreezeAccount: refused(Ledger.send("ada", { _tag: "FreezeAccount", reason: "spite" })),
  UnfreezeAccount: refused(Ledger.send("ada", { _tag: "UnfreezeAccount" })),
  ReverseDeposit: refused(Ledger.send("ada", { _tag: "ReverseDeposit", deposit: 2, reason: "spite" })),
  ApproveTransfer: refused(Ledger.send("1", { _tag: "ApproveTransfer", by: "me" }))
}

describe("the entry points", () => {
  it("store the actor and the request with every event of a command", () =>
    run(Effect.gen(function*() {
      yield* SampleCustomers.open("ada", crowns(100))
      yield* SampleCustomers.open("bob", crowns(100))
      const caller = { name: "ada's phone", isEmployee: false }
      yield* Effect.provideService(SampleCustomers.request("1", transfer), Ledger.Caller, caller)
      yield* Processes.moveMoney
      const log = yield* Stream.runCollect((yield* EventReader).readAll())
      const request = log.find(({ type }) => type === "TransferRequested")
      expect(request?.metadata).toEqual({ actor: "ada's phone", correlationId: expect.any(String) })
      const { correlationId } = request!.metadata
      const own = log.filter(({ metadata }) => metadata.correlationId === correlationId).map(({ type }) => type)
      expect(own.filter((type) => type.startsWith("Money"))).toEqual(["MoneyWithdrawn", "MoneyDeposited"])
      expect(own.at(-2)).toBe("TransferCompleted")
    })))

  it.each(["FreezeAccount", "UnfreezeAccount", "ReverseDeposit", "ApproveTransfer"] as const)(
    "refuse %s from customers, and store nothing",
    (_tag) =>
      run(Effect.gen(function*() {
        yield* SampleCustomers.open("ada", crowns(100))
        expect(yield* Effect.suspend((): Effect.Effect<unknown, unknown, MemoryStore.Services> => employees[_tag]))
          .toMatchObject({ _tag: "Forbidden", tag: _tag })
        expect(yield* Stream.runCount((yield* EventReader).readAll())).toBe(2)
      }))
  )

  it("permit employees", () =>
    run(Effect.gen(function*() {
      yield* ReadSide.catchUp
      yield* SampleCustomers.open("ada", crowns(100))
      yield* SampleCustomers.asEmployee(Ledger.send("ada", { _tag: "ReverseDeposit", deposit: 2, reason: "a mistake" }))
      yield* SampleCustomers.asEmployee(Ledger.send("ada", { _tag: "FreezeAccount", reason: "a lost card" }))
      const row = yield* Ledger.ask({ _tag: "BalanceOf", id: "ada" })
      expect(Option.getOrThrow(row).state).toMatchObject({ balance: 0, isFrozen: true })
    })))

  it("refuse the commands of a saga, and those of an employee from a wire", () => {
    for (const _tag of ["CompleteTransfer", "FailTransfer", "AskForApproval", "ApproveTransfer", "FreezeAccount"]) {
      expect(Result.getFailure(Ledger.parse({ _tag }))).toMatchObject({ value: { _tag: "UnknownCommand", tag: _tag } })
    }
    expectTypeOf<"CompleteTransfer">().not.toExtend<Parameters<typeof Ledger.send>[1]["_tag"]>()
  })

  it("find transfers by their state", () =>
    run(Effect.gen(function*() {
      yield* SampleCustomers.open("ada", crowns(100))
      yield* SampleCustomers.request("1", transfer)
      yield* Processes.moveMoney
      const at = (phase: "Compensated" | "Succeeded") =>
        Effect.map(Ledger.ask({ _tag: "TransfersAt", phase }), ({ rows }) => rows.map(({ state }) => state.instance))
      expect([yield* at("Compensated"), yield* at("Succeeded")]).toEqual([["1"], []])
    })))

  it("answer queries without an EventStore", () => {
    const asked = Ledger.ask({ _tag: "BalanceOf", id: "ada" })
    expectTypeOf<Effect.Services<typeof asked>>().toEqualTypeOf<Readers>()
    expectTypeOf<EventStore>().not.toExtend<Effect.Services<typeof asked>>()
  })
})
