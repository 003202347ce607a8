/** The way from a table of balances to the wallets of the README. */
import { LegacyTable } from "@refold/legacy"
import { Effect, Option, Result, Schema } from "effect"
import { Deposited, Wallet, Withdrawn } from "./Wallet.ts"

// #region mapping
// Columns are texts, as PostgreSQL writes them. A row that does not fit is listed and skipped.
const Row = Schema.Struct({
  owner: Schema.NonEmptyString,
  cents: Schema.FiniteFromString.pipe(Schema.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0)))
})

const centsOf = Option.match({ onNone: () => 0, onSome: (row: typeof Row.Type) => row.cents })

export const OldWallets = LegacyTable.makeUnsafe({
  name: "old wallets",
  table: "wallets",
  key: "owner",
  row: Row,
  // A new row (no before), a changed row, or a removed row (no after).
  events: (before, after) => {
    const change = centsOf(after) - centsOf(before)
    if (change === 0) return Result.succeed({ events: [] })
    return Result.succeed({
      events: [
        change > 0 ? Deposited.make({ cents: change, from: "the old table" }) : Withdrawn.make({ cents: -change })
      ]
    })
  },
  aggregate: Wallet,
  // The values on which a row and the fold of its stream must agree.
  facts: { row: ({ cents }) => ({ cents: BigInt(cents) }), state: (cents) => ({ cents: BigInt(cents) }) }
})
// #endregion

// #region moving
/** Moves the wallets while the old application keeps running. */
export const move = <E, R>(oldApplication: Effect.Effect<unknown, E, R>) =>
  Effect.gen(function*() {
    const rehearsal = yield* LegacyTable.dryRun(OldWallets)
    // From here on, triggers record the writes of the old application.
    yield* LegacyTable.capture(OldWallets)
    // May be killed at any time and run again: it continues, and stores nothing twice.
    const seeded = yield* LegacyTable.seed(OldWallets)
    yield* oldApplication
    const { changes } = yield* LegacyTable.catchUp(OldWallets)
    // Compares row by row and in sum. Succeeds only if both agree; the old table then refuses writes.
    const { totals } = yield* LegacyTable.switchOver(OldWallets, { acceptSkipped: true, freeze: true })
    return { rehearsal, seeded, changes, totals }
  })
// #endregion
