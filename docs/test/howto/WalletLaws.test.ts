import { AgreementSuite, DeciderSuite, EventCodecSuite, ProjectionSuite, Spec } from "@refold/laws"
import * as fc from "fast-check"
import { MemoryStore } from "refold"
import { it } from "vitest"
import * as EmbeddedStore from "../../../packages/postgres/test/support/EmbeddedStore.ts"
import { Wallets } from "../../examples/Richest.ts"
import { codec, decider, Deposited, Wallet, type WalletCommand, Withdrawn } from "../../examples/Wallet.ts"

// #region inputs
// Ordinary values, and those at and beyond the limits.
const cents = fc.oneof(fc.nat(1000), fc.constantFrom(0, 1, 99_999, 100_000, 100_001))
const from = fc.string({ maxLength: 9 })

const commands: fc.Arbitrary<WalletCommand> = fc.oneof(
  fc.record({ _tag: fc.constant("Deposit"), cents, from }),
  fc.record({ _tag: fc.constant("Withdraw"), cents })
)
const events = fc.oneof(fc.record({ cents, from }).map(Deposited.make), fc.record({ cents }).map(Withdrawn.make))
// #endregion

// #region suites
DeciderSuite.suite("the decider of wallets", decider, { commands, codec })

const older = cents.map((cents) => ({
  stored: { type: "Deposited", schemaVersion: 1, data: { cents } },
  native: Deposited.make({ cents, from: "cash" })
}))
EventCodecSuite.suite("the events of wallets", codec, { events, older, view: decider })

ProjectionSuite.suite("the rows of wallets", Wallets, { events })
// #endregion

// #region agreement
AgreementSuite.suite(
  "wallets in two stores",
  [["memory", MemoryStore.layer], ["PostgreSQL", EmbeddedStore.layer()]],
  { aggregate: Wallet, commands, events, older },
  { runs: 10 }
)
// #endregion

// #region projection
it("a row has the balance and the number of movements", () => {
  Spec.forProjection(Wallets)
    .given("wallet-ada", [Deposited.make({ cents: 500, from: "salary" }), Withdrawn.make({ cents: 200 })])
    .thenRow("wallet-ada", { cents: 300, movements: 2 })
    .thenNoRow("wallet-bob")
})
// #endregion
