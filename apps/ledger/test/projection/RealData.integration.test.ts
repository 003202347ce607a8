// Real transactions, where there are some, with a poisoned event in their middle: the waiting events, the other accounts, and the
// rows after the fix.
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as MemoryStore from "refold/MemoryStore"
import { describe, expect, it } from "vitest"
import { freshDatabase } from "../../../../packages/postgres/test/support/freshDatabase.ts"
import * as Balances from "../../src/projection/Balances.ts"
import * as DailyTotals from "../../src/projection/DailyTotals.ts"
import * as Statements from "../../src/projection/Statements.ts"
import * as TopAccounts from "../../src/projection/TopAccounts.ts"
import type { Services } from "../../src/story/Chapter.ts"
import * as PoisonedBank from "../support/PoisonedBank.ts"
import * as RealData from "../support/RealData.ts"

const server = Layer.unwrap(
  Effect.map(Effect.suspend(() => freshDatabase()), (url) => PostgresStore.layer({ url: Redacted.make(url) }))
)

const scenario = Effect.fnUntraced(function*(folder: string) {
  const log = yield* PoisonedBank.imported(folder)
  return {
    place: PoisonedBank.placeIn(log),
    found: [
      yield* PoisonedBank.find(Balances.projection, log),
      yield* PoisonedBank.find(Statements.projection, log),
      yield* PoisonedBank.find(DailyTotals.projection, log),
      yield* PoisonedBank.find(TopAccounts.projection, log)
    ]
  }
})

const found = ["balances", "statements", "daily-totals", "top-accounts"].map((projection) => ({
  projection,
  parked: [{ version: PoisonedBank.victim.version, stage: "Event", attempts: 2 }],
  unequalOthers: [],
  isParkedAgain: true,
  isParkedRepaired: false,
  unequalRepaired: []
}))

const run = (folder: string, layer: Layer.Layer<Services, unknown>) =>
  Effect.runPromise(Effect.provide(scenario(folder), layer, { local: true }))

const { absent, folder } = RealData

describe("a poisoned event in the middle of real transactions", () => {
  it("parks its account only, and after the fix all rows are right", async (context) => {
    if (folder === undefined) return context.skip(absent)
    const outcome = await run(folder, MemoryStore.layer)
    expect(outcome).toMatchObject({ found })
    expect(outcome.place.before).toBeGreaterThan(10_000)
    expect(outcome.place.after).toBeGreaterThan(30)
  })

  it("has the same result on a server", async (context) => {
    if (folder === undefined) return context.skip(absent)
    expect(await run(folder, server)).toMatchObject({ found })
  })
})
