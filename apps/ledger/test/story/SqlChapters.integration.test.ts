import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { freshDatabase } from "../../../../packages/postgres/test/support/freshDatabase.ts"
import { schema } from "../../src/Database.ts"
import * as JsonReport from "../../src/report/JsonReport.ts"
import * as TextReport from "../../src/report/TextReport.ts"
import * as Story from "../../src/story/Story.ts"

// In each of two runs on one new database, the chapter and those that it needs.
const runTwice = Effect.fnUntraced(function*(name: string) {
  const url = yield* freshDatabase()
  const run = (run: string) => Stream.runCollect(Story.run(Story.onPostgres, { folder: "none", run, selected: [name] }))
  return yield* Effect.all([run("one"), run("two")]).pipe(
    Effect.provide(PostgresStore.layer({ url: Redacted.make(url), schema }), { local: true })
  )
}, Effect.scoped)

const chapters: ReadonlyArray<readonly [name: string, texts: ReadonlyArray<RegExp>, facts: object]> = [
  ["sql", [/3 +MoneyWithdrawn +\{"amount":12000/, /version 3,\s+the first answer/], {}],
  [
    "mixed-writers",
    [/160 commands in SQL and 160 in TypeScript/, /balances_differs: .*account-side-1-one/],
    { written: { inSql: 160, inTypeScript: 160 }, findings: 0, meddled: expect.any(Array) }
  ],
  [
    "legacy-migration",
    [
      /2003 +Expected an amount such as 12\.50, not below 0 at \["balance"\] +1/,
      /second seeding +1,008 +0 +0 +6/,
      /UPDATE of balances is refused/
    ],
    {
      oldBank: expect.objectContaining({
        accounts: 1_000,
        caughtUp: { changes: 43, events: 45 },
        differences: 0,
        totals: ["CZK", "EUR", "USD"].map((fact) => ({ fact, legacy: expect.any(Number), events: expect.any(Number) }))
      })
    }
  ]
]

describe("the chapters on PostgreSQL", () => {
  it("are these", () => {
    expect(chapters.map(([name]) => name)).toEqual(Story.onPostgres.map(({ name }) => name))
  })

  it.each(chapters)("run %s alone, a first and a second time on one store", async (name, texts, facts) => {
    const [first, second] = await Effect.runPromise(runTwice(name))
    for (const runs of [first, second]) {
      expect(Story.failedChecks(runs)).toEqual([])
      expect(runs.at(-1)).toMatchObject({ name, isSelected: true })
    }
    const text = first.flatMap((run) => TextReport.chapter((_, text) => text, "full", run).stdout).join("\n")
    for (const expected of texts) expect(text).toMatch(expected)
    expect(text).not.toMatch(/undefined|\[object/)
    expect(JSON.parse(JSON.stringify(JsonReport.document(first, 0)))["sql"] ?? {}).toEqual(facts)
  })
})
