/** The state of a book: a fold over its events. */
import type { View } from "refold"
import type { BookEvent } from "./BookEvents.ts"

export type BookState =
  | { readonly _tag: "Unknown" }
  | { readonly _tag: "OnShelf"; readonly title: string; readonly loans: number }
  | { readonly _tag: "OnLoan"; readonly title: string; readonly loans: number; readonly to: string }

/** An initial state, and a function that applies one event. */
export const view: View.View<BookState, BookEvent> = {
  initialState: { _tag: "Unknown" },
  evolve: (book, event) => {
    if (event._tag === "BookAcquired") return { _tag: "OnShelf", title: event.title, loans: 0 }
    if (book._tag === "Unknown") return book
    const { loans, title } = book
    return event._tag === "BookLent"
      ? { _tag: "OnLoan", title, loans: loans + 1, to: event.to }
      : { _tag: "OnShelf", title, loans }
  }
}
