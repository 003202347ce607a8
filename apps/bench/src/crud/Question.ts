/** The questions to each way to keep the books, and the form of an answer. */
import type * as Effect from "effect/Effect"

/** An answer that follows from the stored data, or the reason why there is none. */
export type Answer =
  | { readonly _tag: "Answered"; readonly text: string }
  | { readonly _tag: "Cannot"; readonly reason: string }

/** An answer from the stored data. */
export const answered = (text: string): Answer => ({ _tag: "Answered", text })

/** The stored data do not hold the answer. */
export const cannot = (reason: string): Answer => ({ _tag: "Cannot", reason })

/** The questions, in their order. The last two change data. */
export const questions = {
  now: "What does Ada hold now?",
  total: "What do all accounts hold?",
  past: "What did Ada hold on 10 March at noon?",
  who: "Who changed Ada's balance last, and why?",
  below: "Was Ada ever below 0?",
  fees: "New report: what did fees earn in March?",
  undo: "What would Ada hold, had there been no fees?",
  refused: "How often was Ada refused a withdrawal?",
  balanceForged: "Her balance is changed by hand. Is it detected?",
  pastForged: "Her past is changed by hand. Is it detected?"
} as const

/** A question, by its short name. */
export type Question = keyof typeof questions

/** The answers of one way to keep the books. */
export type Answers<E = unknown> = Readonly<Record<Question, Effect.Effect<Answer, E>>>

/** Cents as a decimal number: `1,234.50`. */
export const money = (cents: number): string =>
  (cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
