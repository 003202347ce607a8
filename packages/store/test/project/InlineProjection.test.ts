import * as Parked from "@refold/store/project/Parked"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { run, stream } from "../support/Account.ts"
import { deposit, down, garble, inline, withRows } from "../support/Balances.ts"

describe("an inline projection", () => {
  it("refuses discards, because its rows are states of handlers", () =>
    run(Effect.gen(function*() {
      const refused = yield* Effect.flip(Parked.discard(inline, stream("a"), "a mistake"))
      expect(refused).toMatchObject({ _tag: "InvalidInput", field: "projection" })
    })))

  it("ends the rows of a page before a poisoned event, and fails for a row read by its key", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* deposit("b", 5)
      yield* Projector.catchUp(inline)
      yield* deposit("a", 2)
      yield* garble("a")
      yield* deposit("b", 6)
      const { rows } = yield* ReadModel.query(inline)
      expect(rows.map(({ state }) => state.balance)).toEqual([3, 11])
      expect(yield* Effect.flip(ReadModel.get(inline, "account-a"))).toMatchObject({
        _tag: "PoisonedEvent",
        version: 3
      })
    })))

  it("is read up to date by readers that must not write rows", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* Projector.catchUp(inline)
      yield* deposit("a", 2)
      const readOnly = withRows(() => ({ catchUpRows: () => Effect.fail(down) }))
      const { rows } = yield* readOnly(ReadModel.query(inline))
      expect(rows.map(({ state }) => state.balance)).toEqual([3])
    })))
})
