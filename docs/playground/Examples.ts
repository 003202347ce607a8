/** The programs of the documentation that run in the page, read from the files that the pages quote. */
import type { Example } from "./page/Example.ts"
import type { Program, SourceFile } from "./Protocol.ts"

// By path from this file.
const sources: Record<string, string> = import.meta.glob("../examples/{start,tutorial,playground}/**/*.ts", {
  query: "?raw",
  import: "default",
  eager: true
})

const sqlFiles: Record<string, string> = import.meta.glob("../examples/playground/*.sql", {
  query: "?raw",
  import: "default",
  eager: true
})

/** A statement under a title. */
interface Statement {
  readonly title: string
  readonly statement: string
}

// "-- All events" and the statement below it, up to an empty line.
const statementsOf = (text: string): ReadonlyArray<Statement> =>
  text.trimEnd().split("\n\n").map((part) => {
    const [title = "", ...lines] = part.split("\n")
    return { title: title.replace(/^-- /, ""), statement: lines.join("\n") }
  })

const textOf = (path: string): string => {
  const text = sources[`../examples/${path}`]
  if (text === undefined) throw new Error(`docs/examples/${path} does not exist`)
  // A step has a file of an earlier one as `export * from "../step1/BookEvents.ts"`.
  const earlier = /^export \* from "\.\.\/(step\d+\/\w+\.ts)"\s*$/.exec(text)?.[1]
  return earlier === undefined
    ? text.replaceAll(/^ *\/\/ #(?:region|endregion).*\n/gm, "")
    : textOf(`tutorial/${earlier}`)
}

// The files that a program imports, types included, the first one first.
const reached = (entry: string, read: (name: string) => string): ReadonlyArray<SourceFile> => {
  const names = [entry]
  for (const name of names) {
    const imported = [...read(name).matchAll(/ from "\.\/(\w+\.ts)"/g)].map(([, file]) => file!)
    names.push(...imported.filter((file) => !names.includes(file)))
  }
  return [...new Set(names)].map((name) => ({ name, text: read(name) }))
}

// The steps choose PostgreSQL by an argument, which a page does not have. Step 6 begins with the events of step 5.
const storeOf = (step: number): string => (step === 6 ? "playground/OldEvents.ts" : "playground/Store.ts")

const tutorial = (step: number, title: string): readonly [string, Example] => [
  `step${step}`,
  { title: `${step}. ${title}`, ...stepOf(step, storeOf(step)) }
]

const stepOf = (step: number, store: string): Program => {
  const read = (name: string) => textOf(name === "Store.ts" ? store : `tutorial/step${step}/${name}`)
  return { entry: "main.ts", files: reached("main.ts", read) }
}

/** The statements to try after a run on PostgreSQL, by the name of their file: each with what it does. */
export const statements: ReadonlyMap<string, ReadonlyArray<Statement>> = new Map(
  Object.entries(sqlFiles).map(([path, text]) => [path.replace(/^.*\//, ""), statementsOf(text)])
)

/** The examples on the store in memory, by name. */
export const examples: ReadonlyMap<string, Example> = new Map([
  ["card", { title: "A coffee card", entry: "card.ts", files: [{ name: "card.ts", text: textOf("start/first.ts") }] }],
  ["promises", {
    title: "The coffee card, with promises",
    entry: "promises.ts",
    files: [{ name: "promises.ts", text: textOf("start/promises/first.ts") }]
  }],
  tutorial(1, "Events"),
  tutorial(2, "Decider"),
  tutorial(3, "Store"),
  tutorial(4, "Projection"),
  tutorial(5, "Snapshot and time travel"),
  tutorial(6, "Versions"),
  tutorial(7, "Saga")
])

/** The examples on PostgreSQL, by name. */
export const onPostgres: ReadonlyMap<string, Example> = new Map([
  ["step4", { title: "Step 4 of the tutorial", ...stepOf(4, "playground/PostgresStore.ts") }],
  ["card", {
    title: "The coffee card, folded by TypeScript and by SQL",
    entry: "card.ts",
    files: [{ name: "card.ts", text: textOf("playground/CardInSql.ts") }]
  }]
])
