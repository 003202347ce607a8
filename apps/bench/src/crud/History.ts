/** The same story in three kinds of books, and the questions that each can answer. */
import * as Effect from "effect/Effect"
import * as AskAudit from "./AskAudit.ts"
import * as AskEvents from "./AskEvents.ts"
import * as AskTable from "./AskTable.ts"
import { type Books, BooksFailed } from "./Books.ts"
import type { Contestants } from "./Contestants.ts"
import { type Answer, type Answers, type Question, questions } from "./Question.ts"
import * as Story from "./Story.ts"

/** A question, and how each kind of books answers it. */
export interface Asked {
  readonly name: string
  readonly question: string
  readonly table: Answer
  readonly audit: Answer
  readonly events: Answer
}

/** Runs the story in empty books and answers all questions. */
export const ask = Effect.fnUntraced(function*({ audited, locked, rows }: Contestants) {
  for (const books of [locked, audited, rows]) yield* Story.happen(books)
  const table = yield* answersOf(locked, AskTable.make(locked.schema))
  const audit = yield* answersOf(audited, AskAudit.make(audited.schema))
  const events = yield* answersOf(rows, AskEvents.make(rows))
  return Object.entries(questions).map(([name, question]): Asked => {
    // The keys of a constant object are known.
    const key = name as Question
    return { name, question, table: table[key], audit: audit[key], events: events[key] }
  })
})

// In sequence, because the last ones change data.
const answersOf = <E, R>(books: Books, answers: Effect.Effect<Answers, E, R>) =>
  answers.pipe(
    Effect.flatMap((all) => Effect.all(all)),
    Effect.mapError((cause) => new BooksFailed({ books: books.name, cause }))
  )
