// Random programs: commands to accounts in sequence, each in one of the languages.
import * as fc from "fast-check"
import type * as Account from "../../src/Account.ts"
import { Amount } from "../../src/Amount.ts"
import * as Arbitraries from "./AccountArbitraries.ts"
import type * as HandlerTwin from "./HandlerTwin.ts"

const languages = ["SQL", "TypeScript", "TypeScript without memory"] as const
/** The handler of a step. */
export type Language = typeof languages[number]

/** A step: a command, an imported fact, or a snapshot. */
export type Step =
  | { readonly _tag: "Ask"; readonly by: Language; readonly ask: HandlerTwin.Ask }
  | { readonly _tag: "Transfer"; readonly by: Language; readonly transfer: HandlerTwin.Transfer }
  | { readonly _tag: "Fact"; readonly account: string; readonly event: Arbitraries.StoredEvent }
  | { readonly _tag: "Remember"; readonly by: Language; readonly account: string }

/** The accounts of a program. */
export const accounts = ["ada", "bob"] as const
/** Any of them. */
export const by = fc.constantFrom(...languages)
const account = fc.constantFrom(...accounts)
const key = fc.option(fc.constantFrom("1", "2", "3", "4", "5"), { nil: undefined, freq: 2 })
/** An amount that most accounts hold. */
export const amount = fc.nat(300).map((minorUnits) => Amount.make(minorUnits))

const commands: fc.Arbitrary<Account.Command> = fc.oneof(
  { arbitrary: Arbitraries.commands, weight: 2 },
  // Few keys, so that a key is repeated with the same command.
  {
    arbitrary: fc.constantFrom<Account.Command>(
      { _tag: "OpenAccount", branch: "Prague", statements: "Monthly", currency: "CZK" },
      { _tag: "Deposit", amount: Amount.make(100), channel: "Cash" },
      { _tag: "Withdraw", amount: Amount.make(100), channel: "Card", currency: "CZK" },
      { _tag: "ReverseDeposit", deposit: 2, reason: "a mistake" },
      { _tag: "UnfreezeAccount" }
    ),
    weight: 3
  }
)

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      _tag: fc.constant("Ask" as const),
      by,
      ask: fc.record({
        account,
        command: commands,
        key,
        expected: fc.option(fc.oneof(fc.constant(-2), fc.nat(4)), { nil: undefined, freq: 2 })
      })
    }),
    weight: 12
  },
  {
    arbitrary: fc.record({
      _tag: fc.constant("Transfer" as const),
      by,
      transfer: fc.record({
        from: fc.constant(accounts[0]),
        to: fc.constant(accounts[1]),
        amount: fc.constantFrom(0, 100, 10_000).map((minorUnits) => Amount.make(minorUnits)),
        currency: fc.constantFrom("CZK" as const, "CZK" as const, "EUR" as const),
        key
      })
    }),
    weight: 4
  },
  { arbitrary: fc.record({ _tag: fc.constant("Fact" as const), account, event: Arbitraries.storedEvents }), weight: 2 },
  { arbitrary: fc.record({ _tag: fc.constant("Remember" as const), by, account }), weight: 2 }
)

const open = (account: string): ReadonlyArray<Step> => [
  {
    _tag: "Ask",
    by: "SQL",
    ask: { account, command: { _tag: "OpenAccount", branch: "Prague", statements: "Monthly", currency: "CZK" } }
  },
  { _tag: "Fact", account, event: { type: "MoneyPaidIn", schemaVersion: 1, data: "{\"amount\":1000}" } }
]

/** Mostly on accounts that are open and have money. At the end some commands are repeated, in any language. */
export const programs: fc.Arbitrary<ReadonlyArray<Step>> = fc.tuple(
  fc.oneof(fc.constant(accounts), fc.subarray([...accounts])),
  fc.array(steps, { minLength: 1, maxLength: 10 }),
  fc.array(fc.tuple(fc.nat(), by), { maxLength: 5 })
).map(([opened, steps, again]) => [
  ...opened.flatMap(open),
  ...steps,
  ...again.map(([index, by]): Step => {
    const step = steps[index % steps.length]!
    return step._tag === "Fact" ? step : { ...step, by }
  })
])

/** In a shared database each program has accounts and keys of its own. */
export const inRun = (run: string) => {
  const own = (name: string | undefined) => name === undefined ? undefined : `${name} ${run}`
  return (step: Step): Step => {
    switch (step._tag) {
      case "Ask":
        return { ...step, ask: { ...step.ask, account: `${step.ask.account} ${run}`, key: own(step.ask.key) } }
      case "Transfer": {
        const { from, key, to } = step.transfer
        return { ...step, transfer: { ...step.transfer, from: `${from} ${run}`, to: `${to} ${run}`, key: own(key) } }
      }
      default:
        return { ...step, account: `${step.account} ${run}` }
    }
  }
}
