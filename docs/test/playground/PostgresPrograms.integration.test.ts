// The programs and the statements of the page "On PostgreSQL", in this process: on the database that the page has, too.
import { PGlite } from "@electric-sql/pglite"
import * as EmbeddedClient from "@refold/postgres/internal/embedded/EmbeddedClient"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import { Effect, Layer } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { describe, expect, it } from "vitest"
import { onPostgres, statements } from "../../playground/Examples.ts"
import * as EmptyStore from "../../playground/postgres/EmptyStore.ts"
import * as PostgresModules from "../../playground/postgres/Modules.ts"
import * as SqlStatement from "../../playground/postgres/SqlStatement.ts"
import * as MemoryModules from "../../playground/run/Modules.ts"
import * as Recorder from "../../playground/run/Recorder.ts"
import * as RunProgram from "../../playground/run/RunProgram.ts"
import * as Followed from "../support/Followed.ts"
import { output, run, withFolder } from "../support/Program.ts"

const outputs = [["step4", "tutorial-step4"], ["card", "playground-postgresql"]] as const

it("each example has an output", () => {
  expect(outputs.map(([name]) => name).toSorted()).toEqual([...onPostgres.keys()].toSorted())
})

it.each(outputs)("the example %s prints under Node what the page shows", (name, shown) => {
  const { entry, files } = onPostgres.get(name)!
  withFolder((folder) => {
    Followed.prepare(folder)
    for (const { name, text } of files) Fs.writeFileSync(Path.join(folder, name), text)
    expect(run([entry], { cwd: folder })).toBe(output(shown))
  })
})

/** Runs an example as the worker of the page does, and then its statements. */
const runExample = async (name: string, file: string) => {
  const db = await PGlite.create()
  const recorder = Recorder.make()
  const lines: Array<string> = []
  const client = EmbeddedClient.layer(Effect.succeed(db))
  await EmptyStore.make(db)
  const store = Layer.provideMerge(PostgresStore.layerClient({ notify: false }), client)
  const postgres = new Map(PostgresModules.make(recorder)).get("@refold/postgres")!
  const layerEmbedded = () => recorder.layer(store)
  const modules = new Map([
    ...MemoryModules.make(recorder),
    ...PostgresModules.make(recorder),
    ["@refold/postgres", { ...postgres, PostgresStore: { layerEmbedded } }] as const
  ])
  const { problem, report } = await RunProgram.run(onPostgres.get(name)!, {
    modules,
    recorder,
    print: ({ text }) => lines.push(`${text}\n`),
    stopped: new Promise(() => {})
  })
  const answers = []
  for (const { statement } of statements.get(file)!) {
    answers.push(await SqlStatement.run(db, statement).catch(SqlStatement.messageOf))
  }
  return { problem, report, printed: lines.join(""), answers, db }
}

describe("the coffee card", async () => {
  const { answers: [events, states, function_, append, change], db, printed, problem, report } = await runExample(
    "card",
    "card.sql"
  )

  it("prints what the page shows, with its events and their states", () => {
    expect({ problem, printed }).toEqual({ problem: undefined, printed: output("playground-postgresql") })
    expect(report.events.map(({ state, type }) => [type, state])).toEqual([
      ["Stamped", "1"],
      ["Stamped", "2"],
      ["Stamped", "3"],
      ["Redeemed", "0"]
    ])
  })

  it("has statements that read the log and fold it", () => {
    expect(events).toMatchObject({
      columns: ["position", "stream", "version", "type", "data", "recorded_at"],
      count: 4
    })
    expect(states).toMatchObject({
      rows: [["1", "Stamped", "espresso", "1"], ["2", "Stamped", "flat white", "2"], ["3", "Stamped", "mocha", "3"], [
        "4",
        "Redeemed",
        "cortado",
        "0"
      ]]
    })
    expect(function_).toEqual({ columns: ["after_three", "now"], rows: [["3", "0"]], count: 1 })
  })

  it("has a statement that appends, once", async () => {
    expect(append).toMatchObject({ count: 1 })
    const again = statements.get("card.sql")![3]!.statement
    await expect(SqlStatement.run(db, again).catch(SqlStatement.messageOf)).resolves.toMatch(/^RF001: /)
  })

  it("has a statement that PostgreSQL refuses", () => {
    expect(change).toBe(
      "23001: UPDATE of event_store is refused: events are append-only\nAppend an event that corrects the earlier one."
    )
  })

  it("answers a statement with at most 200 rows and 2,000 characters of a value", async () => {
    const { count, rows } = await SqlStatement.run(db, "SELECT n, repeat('x', 5000) FROM generate_series(1, 1000) AS n")
    expect([count, rows.length]).toEqual([1000, 200])
    expect(rows[199]![1]).toBe(`${"x".repeat(2000)}… (5,000 characters)`)
  })

  it("answers with fewer rows where there are many columns, and with the beginning of a long error", async () => {
    const columns = Array.from({ length: 1000 }, (_, n) => `n AS c${n}`).join(", ")
    const { count, rows } = await SqlStatement.run(db, `SELECT ${columns} FROM generate_series(1, 100) AS n`)
    expect([count, rows.length]).toEqual([100, 5])
    const raise = "DO $$ BEGIN RAISE EXCEPTION '%', repeat('x', 100000); END $$"
    expect(await SqlStatement.run(db, raise).catch(SqlStatement.messageOf)).toMatch(
      /^P0001: x+… \([\d,]+ characters\)$/
    )
  })

  it("answers with values as PostgreSQL writes them", async () => {
    const values = `'\\xdead'::bytea, 'infinity'::timestamptz, '0044-03-15 BC'::date, ARRAY[9007199254740993], NULL`
    const { rows } = await SqlStatement.run(db, `SELECT ${values}`)
    expect(rows).toEqual([["\\xdead", "infinity", "0044-03-15 BC", "{9007199254740993}", null]])
  })
})
