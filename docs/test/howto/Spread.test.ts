import { Effect } from "effect"
import { CommandHandler, MemoryStore, ReadModel } from "refold"
import { expect, it } from "vitest"
import * as Example from "../../examples/howto/Spread.ts"
import { Wallet } from "../../examples/Wallet.ts"

const handle = CommandHandler.make(Wallet)

const cents = Array.from({ length: 20 }, (_, n) => n + 1)

it("programs share the partitions of a projection and a consumer, while their number changes", () =>
  Effect.runPromise(Effect.provide(
    Effect.scoped(Effect.gen(function*() {
      yield* Effect.forkScoped(Example.worker)
      yield* Effect.forkScoped(Example.worker)
      let last = 0
      for (const partitions of [4, 2, 3]) {
        yield* Example.spread(partitions)
        for (const amount of cents) {
          const command = { _tag: "Deposit", cents: amount, from: `bank ${amount % 3}` } as const
          last = (yield* handle(`w${amount % 5}`, command)).position
        }
      }
      yield* ReadModel.awaitPosition(Example.Balances, last as never)
      const { rows } = yield* ReadModel.query(Example.Balances)
      expect(rows.reduce((sum, { state }) => sum + state.cents, 0)).toBe(3 * 210)
      const all = [...cents, ...cents, ...cents]
      while ([...Example.booked.values()].flat().length < all.length) yield* Effect.sleep("10 millis")
      for (const bank of [0, 1, 2]) {
        expect(Example.booked.get(`bank ${bank}`)).toEqual(all.filter((amount) => amount % 3 === bank))
      }
      expect(yield* Example.lines).toHaveLength(3)
    })),
    MemoryStore.layer
  )))
