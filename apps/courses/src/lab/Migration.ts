/** The objective about the old table: its balances become seed events, and both sides agree before the switch. */
import { LegacyTable } from "@refold/legacy"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as LegacyBalances from "../../../ledger/src/legacy/LegacyBalances.ts"
import * as OldBank from "../../../ledger/src/legacy/OldBank.ts"
import { claim, type Objective } from "../Course.ts"
import * as SqlCode from "../SqlCode.ts"

const run = "lab"

// #region migration
/** Objective 2: the rows of the old table become events, while the old application keeps running. */
export const objective: Objective = {
  name: "Existing balances become seed events",
  run: Effect.gen(function*() {
    yield* OldBank.open(run)
    const bank = yield* Effect.fromResult(
      LegacyBalances.mapping({ run, schema: OldBank.schemaOf(run), store: "refold" })
    )
    yield* LegacyTable.capture(bank)
    const seeded = yield* LegacyTable.seed(bank)
    yield* OldBank.work(run)
    const { changes } = yield* LegacyTable.catchUp(bank)
    const again = yield* LegacyTable.seed(bank)
    const { totals } = yield* LegacyTable.switchOver(bank, { acceptSkipped: true, freeze: true })
    const sql = yield* SqlClient.SqlClient
    const frozen = yield* SqlCode.of(sql`UPDATE ${sql(OldBank.schemaOf(run))}.balances SET balance = '1'`)
    const sums = totals.map(({ events, fact, legacy }) => `${fact} ${legacy} = ${events}`)
    return [
      claim(
        `${seeded.seeded} rows became ${seeded.events} events; ${seeded.skipped} unreadable ones are listed`,
        seeded.seeded === OldBank.goodRows && seeded.skipped > 0
      ),
      claim(`what was written meanwhile: ${changes} changes became events`, changes > 0),
      claim("seeding again adds nothing", again.events === 0),
      claim(`table and events agree: ${sums.join(", ")}`, totals.every(({ events, legacy }) => events === legacy)),
      claim(`the old table refuses to be written: ${frozen}`, frozen === "23001")
    ]
  })
}
// #endregion
