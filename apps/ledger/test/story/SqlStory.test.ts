import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { beforeAll, describe, expect, it } from "vitest"
import { schema } from "../../src/Database.ts"
import * as JsonSql from "../../src/report/JsonSql.ts"
import * as TextReport from "../../src/report/TextReport.ts"
import * as SqlStory from "../../src/story/SqlStory.ts"

const tellTwice = Effect.all([
  Stream.runCollect(SqlStory.tell({ run: "one" })),
  Stream.runCollect(SqlStory.tell({ run: "two" }))
]).pipe(Effect.provide(PostgresStore.layerEmbedded({ schema }), { local: true }))

describe("the story of SQL", () => {
  let told: ReadonlyArray<ReadonlyArray<SqlStory.Chapter>>
  beforeAll(async () => {
    told = await Effect.runPromise(tellTwice)
  }, 120_000)

  it("comes true in every check, told a first and a second time on one store", () => {
    for (const chapters of told) {
      const checks = chapters.flatMap(({ checks }) => checks)
      expect(checks.filter(({ ok }) => !ok)).toEqual([])
      expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length)
    }
  })

  it("is told to a person", () => {
    const text = told[0]!.map((chapter, index) => TextReport.chapter((_, text) => text, index + 26, chapter)).join("\n")
    expect(text).toContain("26. The same bank in SQL")
    expect(text).toMatch(/3 +MoneyWithdrawn +\{"amount":12000/)
    expect(text).toContain("160 commands in SQL and 160 in TypeScript")
    expect(text).toMatch(/balances_differs: .*account-side-1-one/)
    expect(text).toMatch(/2003 +1 +Expected an amount such as 12\.50/)
    expect(text).toMatch(/seeded again +1,008 +0 +0 +6/)
    expect(text).toContain("UPDATE of balances is refused")
    expect(text).not.toContain("undefined")
  })

  it("is what a script reads, in JSON", () => {
    const [, sideBySide, oldBank] = told[0]!
    if (sideBySide?._tag !== "SideBySide" || oldBank?._tag !== "OldBankMoves") throw new Error("other chapters")
    const document = JsonSql.document({ sideBySide, oldBank })
    expect(JSON.parse(JSON.stringify(document))).toMatchObject({
      written: { inSql: 160, inTypeScript: 160 },
      findings: 0,
      oldBank: {
        accounts: 1_000,
        caughtUp: { changes: 43 },
        differences: 0,
        totals: ["CZK", "EUR", "USD"].map((fact) => ({ fact, legacy: expect.any(Number), events: expect.any(Number) }))
      }
    })
  })
})
