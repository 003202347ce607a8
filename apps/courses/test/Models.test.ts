// The aggregate, codecs and projections of the courses keep the laws.
import { DeciderSuite, EventCodecSuite, ProjectionSuite, Spec } from "@refold/laws"
import * as fc from "fast-check"
import { describe, it } from "vitest"
import * as Account from "../src/bank/Account.ts"
import { balances } from "../src/bank/Balances.ts"
import * as Ratings from "../src/pipeline/Ratings.ts"
import * as Customer from "../src/tasks/Customer.ts"

const amount = fc.integer({ min: 1, max: 1_000 })
const ownerName = fc.constantFrom("Ada", "Bob")

const events = fc.oneof(
  fc.record({ ownerName }).map(Account.AccountOpened.make),
  fc.record({ amount }).map(Account.MoneyDeposited.make),
  fc.record({ amount }).map(Account.MoneyWithdrawn.make)
)
const commands: fc.Arbitrary<Account.Command> = fc.oneof(
  fc.record({ _tag: fc.constant("OpenAccount" as const), ownerName }),
  fc.record({ _tag: fc.constantFrom("Deposit" as const, "Withdraw" as const), amount })
)

describe("an account", () => {
  const account = Spec.for(Account.decider)
  const opened = Account.AccountOpened.make({ ownerName: "Ada" })

  it("is opened once", () => {
    account.when({ _tag: "OpenAccount", ownerName: "Ada" }).then([opened])
    account.given([opened]).when({ _tag: "OpenAccount", ownerName: "Ada" }).thenRefused({ _tag: "AlreadyOpen" })
    account.when({ _tag: "Deposit", amount: 1 }).thenRefused({ _tag: "NotOpen" })
  })

  it("pays out at most its balance", () => {
    const funded = account.given([opened, Account.MoneyDeposited.make({ amount: 100 })])
    funded.when({ _tag: "Withdraw", amount: 100 }).then([Account.MoneyWithdrawn.make({ amount: 100 })])
    funded.when({ _tag: "Withdraw", amount: 101 }).thenRefused({ _tag: "InsufficientFunds", balance: 100 })
  })

  DeciderSuite.suite("account", Account.decider, { commands, codec: Account.codec })
  EventCodecSuite.suite("account", Account.codec, { events, view: Account.decider })
  ProjectionSuite.suite("balances", balances, { events })
})

const text = fc.constantFrom("Ada", "Ada Lovelace", "Ada King Lovelace", "")

describe("a customer", () => {
  const native = fc.record({ firstName: text, lastName: text, email: text, newsletter: fc.boolean() })
  const older = fc.record({ name: text, mail: text }).map(({ mail, name }) => {
    const [firstName = "", ...others] = name.split(" ")
    const fields = { firstName, lastName: others.join(" "), email: mail, newsletter: false }
    return {
      stored: { type: "CustomerRegistered", schemaVersion: 1, data: { name, mail } },
      native: Customer.CustomerRegistered.make(fields)
    }
  })
  EventCodecSuite.suite("customer", Customer.codec, { events: native.map(Customer.CustomerRegistered.make), older })
})

describe("ratings", () => {
  const reviews = fc.record({ order: fc.constantFrom("1", "2"), stars: fc.integer({ min: 1, max: 5 }) })
  ProjectionSuite.suite("ratings", Ratings.ratings, { events: reviews.map(Ratings.OrderReviewed.make) })
})
