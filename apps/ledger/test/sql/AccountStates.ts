// States of accounts, commands at the limits of a state, and invalid states.
import * as fc from "fast-check"
import type * as Account from "../../src/Account.ts"
import { Amount } from "../../src/Amount.ts"
import { commands, currencies, places } from "./AccountArbitraries.ts"
import { amounts, changed, json, nearly } from "./AccountOddities.ts"

const deposits = fc.uniqueArray(
  fc.record({ version: places, amount: amounts.map((amount) => Amount.make(amount)), isReversed: fc.boolean() }),
  { maxLength: 10, selector: ({ version }) => version }
).map((list) => list.toSorted((one, other) => one.version - other.version))

// States of open accounts, also ones that no history leads to.
const openStates: fc.Arbitrary<Account.Open> = fc.record({
  _tag: fc.constant("Open" as const),
  currency: currencies,
  balance: fc.oneof(fc.constant(0), fc.integer({ min: -4, max: 4 }), fc.integer()),
  overdraftLimit: amounts.map((amount) => Amount.make(amount)),
  isFrozen: fc.boolean(),
  version: places,
  deposits
})

/** States of any account. */
export const states: fc.Arbitrary<Account.State> = fc.oneof(
  { arbitrary: openStates, weight: 6 },
  fc.record({ _tag: fc.constant("NotOpen" as const), version: fc.nat(5) }),
  fc.constant({ _tag: "Closed" as const })
)

/** Commands at the limits of such an account: the whole balance, one more, one less. */
export const edgeCommands = (state: Account.State): fc.Arbitrary<Account.Command> => {
  if (state._tag !== "Open") return commands
  const near = (edge: number) =>
    fc.constantFrom(edge - 1, edge, edge + 1).map((minorUnits) => Amount.make(Math.max(0, minorUnits)))
  return fc.oneof(
    near(state.balance + state.overdraftLimit).map((amount) => ({
      _tag: "Withdraw" as const,
      amount,
      channel: "Cash" as const
    })),
    near(-state.balance).map((limit) => ({ _tag: "SetOverdraftLimit" as const, limit })),
    near(state.deposits[0]?.version ?? 1).map((version) => ({
      _tag: "ReverseDeposit" as const,
      deposit: Math.max(1, version),
      reason: "a mistake"
    }))
  )
}

/** Texts of JSON that may be states. */
export const oddStates: fc.Arbitrary<string> = states.chain((state) =>
  fc.oneof(
    nearly(state),
    // One level deeper.
    openStates.chain((open) =>
      changed(open.deposits[0] ?? {}).map((deposit) =>
        json({ ...open, deposits: [] }).replace("\"deposits\":[]", () => `"deposits":[${deposit}]`)
      )
    )
  )
)
