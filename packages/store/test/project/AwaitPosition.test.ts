import { Position } from "@refold/core/event/Position"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import { awaitPosition } from "@refold/store/project/ReadModel"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { account, deposit as depositing, run, runAtZero } from "../support/Account.ts"
import { balances, catchUp, deposit, pass, withRows } from "../support/Balances.ts"

describe("awaiting a position", () => {
  it("returns as soon as the rows are there", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 3, 1, 2, 2)
      yield* catchUp
      yield* awaitPosition(balances, Position(4))
      const waiting = yield* Effect.forkScoped(awaitPosition(balances, Position(5)))
      yield* pass(1000)
      expect(waiting.pollUnsafe()).toBeUndefined()
      yield* deposit("a", 1)
      yield* catchUp
      yield* pass(5)
      yield* Fiber.join(waiting)
    })))

  it("fails after five seconds and names the last checkpoint", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 3, 1, 2, 2)
      yield* catchUp
      const waiting = yield* Effect.forkScoped(Effect.result(awaitPosition(balances, Position(5))))
      yield* pass(4999)
      expect(waiting.pollUnsafe()).toBeUndefined()
      yield* pass(1)
      const timeout = { _tag: "AwaitTimeout", position: 5, reached: Option.some(4) }
      expect(Result.merge(yield* Fiber.join(waiting))).toMatchObject(timeout)
    })))

  it("fails after the given timeout if there are no rows", () =>
    runAtZero(Effect.gen(function*() {
      const waiting = yield* Effect.forkScoped(
        Effect.flip(awaitPosition(balances, Position(1), { timeout: "1 second" }))
      )
      yield* pass(1000)
      expect(yield* Fiber.join(waiting)).toMatchObject({ _tag: "AwaitTimeout", reached: Option.none() })
    })))

  it("fails if the projection has parked a stream of the append", () =>
    run(Effect.gen(function*() {
      const parked = yield* deposit("a", 1, 13)
      const other = yield* deposit("b", 1)
      yield* catchUp
      expect(yield* Effect.flip(awaitPosition(balances, parked))).toMatchObject({
        _tag: "StreamParked",
        stream: "account-a"
      })
      yield* awaitPosition(balances, other)
      yield* awaitPosition(balances, parked.position)
    })))

  it.each([-1, 0.5, NaN])("fails for %d", (position) =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(awaitPosition(balances, Position(position)))).toMatchObject({ field: "position" })
    })))

  it("fails inside a transaction, whose events the projector cannot see", () =>
    run(Effect.gen(function*() {
      const inTransaction = withRows(() => ({ inTransaction: Effect.succeed(true) }))
      expect(yield* Effect.flip(inTransaction(awaitPosition(balances, Position(0))))).toMatchObject({
        field: "transaction"
      })
    })))

  it("accepts the answer of a handler, and checks its stream", () =>
    run(Effect.gen(function*() {
      const handled = yield* CommandHandler.make(account)("a", depositing(1, 13))
      yield* catchUp
      expect(yield* Effect.flip(awaitPosition(balances, handled))).toMatchObject({ _tag: "StreamParked" })
    })))
})
