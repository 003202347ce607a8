// A reconciliation finds every difference between a legacy table and its streams.
import * as Effect from "effect/Effect"
import { describe, expect, test } from "vitest"
import * as Stores from "../../postgres/test/support/Stores.ts"
import { isEqual } from "../src/LegacyReport.ts"
import * as LegacyTable from "../src/LegacyTable.ts"
import * as Accounts from "./support/Accounts.ts"
import { onDatabase } from "./support/LegacyStores.ts"

const mapping = Accounts.mapping()

describe("a reconciliation", () => {
  test(
    "lists every difference with both values, missing rows and extra streams",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(1500)
        yield* LegacyTable.seed(mapping)
        yield* store.append(Stores.streamName("account-1100"), [Stores.event({ type: "Moved", data: { cents: "5" } })])
        yield* store.append(Stores.streamName("account-7"), [Stores.event({ type: "Strange" })])
        yield* sql`update accounts set owner = 'Ada' where id = 1400`
        yield* sql`delete from accounts where id = 3`
        yield* sql`insert into accounts values (1501, 'Eve', '6.00', null)`
        const found = yield* LegacyTable.reconcile(mapping)
        expect(found).toMatchObject({ rows: 1500, streams: 1500, events: 1502 })
        expect(found.differences).toEqual({
          count: 2,
          first: [
            { key: "1100", stream: "account-1100", fact: "cents", legacy: 10000n, events: 10005n },
            { key: "1400", stream: "account-1400", fact: "owner", legacy: "Ada", events: "owner 1400" }
          ]
        })
        expect(found.missing).toEqual({ count: 1, first: ["1501"] })
        expect(found.extra).toEqual({ count: 1, first: ["3"] })
        expect(found.unreadable).toMatchObject({ count: 1, first: [{ stream: "account-7" }] })
        const [total] = found.totals
        expect(total!.events - total!.legacy).toBe(5n + 303n)
        expect(isEqual(found)).toBe(false)
      })
    )
  )

  test(
    "finds an amount that is left in the stream of a removed row",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(3)
        yield* LegacyTable.seed(mapping)
        yield* sql`delete from accounts where id = 3`
        yield* LegacyTable.seed(mapping)
        expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
        yield* store.append(Stores.streamName("account-3"), [Stores.event({ type: "Moved", data: { cents: "5" } })])
        const { differences } = yield* LegacyTable.reconcile(mapping)
        expect(differences.first).toEqual([{ key: "3", stream: "account-3", fact: "cents", legacy: 0n, events: 5n }])
      })
    )
  )
})
