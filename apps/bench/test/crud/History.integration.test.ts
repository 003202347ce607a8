import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import * as Contestants from "../../src/crud/Contestants.ts"
import * as History from "../../src/crud/History.ts"
import type { Answer } from "../../src/crud/Question.ts"
import * as Story from "../../src/crud/Story.ts"
import { onServer } from "./support/Databases.ts"

const say = (answer: Answer): string => (answer._tag === "Answered" ? answer.text : "cannot")

it(
  "each kind of books answers the questions that it can, correctly",
  onServer(async (run) => {
    const asked = await run((database) => Effect.flatMap(Contestants.open(database), History.ask))
    expect(asked.map(({ audit, events, name, table }) => [name, say(table), say(audit), say(events)])).toEqual([
      // 100.00 - 60.00 - 35.00 - 10.00 + 200.00 - 2.50 - 50.00 - 1.50 - 41.00, and Bob has 50.00 + 41.00.
      ["now", "100.00", "100.00", "100.00"],
      ["total", "191.00", "191.00", "191.00"],
      ["past", "cannot", "5.00", "5.00"],
      ["who", "ada, not why", "ada: dinner", "ada: dinner"],
      ["below", "cannot", "yes, -5.00", "yes, -5.00"],
      ["fees", "cannot", "12.50, by wording", "12.50"],
      ["undo", "cannot", "114.00, by wording", "114.00"],
      ["refused", "cannot", "cannot", "cannot"],
      ["balanceForged", "cannot", "yes: the two tables differ", "yes: row and events differ"],
      ["pastForged", "cannot", "cannot", "it is refused"]
    ])
  })
)

it(
  "the story is the same in all books",
  onServer(async (run) => {
    const answers = await run(Effect.fnUntraced(function*(database) {
      const { all } = yield* Contestants.open(database)
      return yield* Effect.forEach(
        all,
        (books) => Effect.all([Story.happen(books), books.balance("ada"), books.balance("bob")])
      )
    }))
    const booked = Story.operations.map((_, index) => (index === 5 ? "Refused" : "Done"))
    expect(answers).toEqual(answers.map(() => [booked, 100_00, 91_00]))
  })
)
