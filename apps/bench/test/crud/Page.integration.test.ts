import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import { expect, it } from "vitest"
import * as Compare from "../../src/crud/Compare.ts"
import * as Contestants from "../../src/crud/Contestants.ts"
import * as TextReport from "../../src/crud/TextReport.ts"
import { onServer } from "./support/Databases.ts"

const page = Fs.readFileSync(
  new URL("../../../../docs/src/content/docs/concepts/crud-and-events.md", import.meta.url),
  "utf8"
)

// The other contents of the page are figures of one day.
it(
  "the documentation's results of the two clients and of the story are those of a run",
  onServer(async (run) => {
    const { byHand, history } = await run((database) =>
      Effect.flatMap(Contestants.open(database), (all) => Compare.knowledge(database, all))
    )
    expect(page).toContain(TextReport.byHand({ byHand }).join("\n"))
    expect(page).toContain(TextReport.history({ history }).join("\n"))
    const answers = history.flatMap(({ audit, events, table }) => [table, audit, events])
    const reasons = answers.flatMap((answer) => (answer._tag === "Cannot" ? [answer.reason] : []))
    expect(reasons.length).toBe(10)
    expect(reasons.filter((reason) => !page.includes(reason))).toEqual([])
  })
)
